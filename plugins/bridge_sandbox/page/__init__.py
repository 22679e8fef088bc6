"""The web page of the sandbox: both fake platforms as chat windows, and the wire beside them."""

from __future__ import annotations

from bridge_sandbox.page.server import Page
from bridge_sandbox.page.words import BridgeState, Guide, Guides

__all__ = ["BridgeState", "Guide", "Guides", "Page"]
