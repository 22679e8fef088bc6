"""The web page of the sandbox: both fake platforms as chat windows, and the wire beside them."""

from __future__ import annotations

from bridge_sandbox.page.server import BridgeState, Guide, Guides, Page

__all__ = ["BridgeState", "Guide", "Guides", "Page"]
