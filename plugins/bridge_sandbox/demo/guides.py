"""What the page says about each room of the sandbox: who answers there, and what could be asked."""

from __future__ import annotations

from collections.abc import Mapping

from bridge_sandbox.page import Guide, Guides

REMEMBERS = "What did I say first?"

_BOTH: Mapping[str, Guide] = {
    "general": Guide(
        "echo answers here: mention the bot", ["Hello, are you there?", "Say this back to me"], [REMEMBERS]
    ),
    "help": Guide(
        "guide answers here: it explains bridge",
        ["How does this work?", "A long 20000 answer, please"],
        [REMEMBERS, "How does this work?"],
    ),
    "slow": Guide("slow answers here, and takes its time", ["What is the meaning of patience?"], ["stop", REMEMBERS]),
    "broken": Guide("fails answers here, and gives up halfway", ["Will this work?"]),
    "random": Guide("no chatbot is set up for this channel", ["Anybody here?"]),
    "": Guide(
        "A direct conversation with the bot: no mention needed", ["How does this work?", REMEMBERS, "help", "new"]
    ),
}

_HELPER = Guide(
    "helper answers here, an agent that uses tools",
    ["What do the documents say?", "Please approve and send it"],
    [REMEMBERS, "And what else?"],
)

GUIDES: Guides = {
    "slack": {**_BOTH, "team-internal": _HELPER},
    "discord": {**_BOTH, "questions": _HELPER},
}
