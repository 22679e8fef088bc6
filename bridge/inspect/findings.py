"""What `bridge check --live` finds, and which of it matters. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bridge.config import Config


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `bridge check --live`. `about` is the dotted key of the table; `remedy` is empty when all is well."""

    about: str
    ok: bool
    what: str
    remedy: str = ""
    needed: bool = True
    """False for a channel that is not there, but on another platform that the same route is for."""


Findings = list[Finding]


def failed(finding: Finding) -> bool:
    """Whether something has to be done about it."""
    return finding.needed and not finding.ok


def named_channels(config: Config, platform: str) -> dict[str, bool]:
    """The ids and `#names` that routes for this platform name, without patterns; whether one is for it alone."""
    found: dict[str, bool] = {}
    for route in config.routes:
        if route.platform in (None, platform):
            for channel in route.channels:
                if not re.search(r"[*?\[]", channel):
                    found[channel] = found.get(channel, False) or route.platform == platform
    return found


def settle(config: Config, findings: Findings) -> Findings:
    """A channel of a route for every platform need not be on all of them."""
    settled = []
    there = {_channel(config, finding) for finding in findings if finding.ok}
    for finding in findings:
        channel = _channel(config, finding)
        own = channel is not None and named_channels(config, finding.about.partition(".")[2])[channel]
        elsewhere = not finding.ok and channel is not None and not own and channel in there
        settled.append(replace(finding, needed=not elsewhere))
    return settled


def _channel(config: Config, finding: Finding) -> str | None:
    """The channel that a finding about a platform is about."""
    for channel in named_channels(config, finding.about.partition(".")[2]):
        if re.search(rf"(?<!\S){re.escape(channel)}(?![\w-])", finding.what):
            return channel
    return None
