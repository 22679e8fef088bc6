"""The example file: the core's part, and each plugin's own."""

from __future__ import annotations

import tomllib

from bridge.plugins import Plugins, resolve

_HEAD = """\
# The configuration of bridge. `bridge check` says what it means, and what is wrong in it.
# A secret is never written here, only where to find it: { env = "NAME" } or { file = "PATH" }.
# Paths start at the directory of this file.

[bridge]
database = "sqlite:///bridge.db"        # where conversations are kept
# grace    = "30s"                      # how long replies may go on after Ctrl-C
# backfill = "24h"                      # how far back a start looks for what was missed
# patience = "60s"                      # how long a service that is down is tried again before people are told
# unrouted = "silent"                   # say nothing where the bot is addressed and no route applies
# admin    = "127.0.0.1:8080"           # where /health and /metrics are served; left out: nowhere
# retention = "30d"                     # how long questions are kept
# plugins  = ["name"]                   # plugins that no table names by its type
"""

_ROUTES = """\
# Routes are read from top to bottom; the first that fits wins. Once a conversation has begun in a thread, messages
# in it need no mention.
[[routes]]
channels = ["#help", "#team-*"]         # names with #, or ids; leave it out for every channel and direct message
chatbot  = "{chatbot}"
# platform    = "NAME"                  # only on the platform of this name
# workspaces  = ["My Company"]          # only there, by name or id
# users       = ["U0123ABCD"]           # only these people, by id; not_users = […] keeps people out
# trigger     = "all"                   # answer every message, not only those that mention the bot
# reply_in    = "channel"               # answer in the channel itself instead of a thread
# when_busy   = "queue"                 # answer messages that wait one by one instead of together
# on_edit     = "ignore"                # what a change of a question does: "redo" answers it anew
# on_delete   = "keep"                  # what becomes of the answer to a deleted question: "retract" deletes it
# show_author = true                    # tell the chatbot who asks
# show        = ["tools", "thinking"]   # what is shown besides what the chatbot says
# limits      = {{ parts = 5 }}         # so many messages an answer may have; the rest follows as a file
# answer_within = "6h"                  # a question that was missed for longer is left alone
# reset_after = "12h"                   # start anew after this much silence in a thread

[[routes]]
direct_messages = true
chatbot         = "{chatbot}"
"""


def example_toml(plugins: Plugins) -> str:
    """A commented file that uses every plugin. Raises PluginError for one that cannot be had."""
    platforms = [resolve(spec.example) for _, spec in sorted(plugins.platforms().items())]
    providers = [resolve(spec.example) for _, spec in sorted(plugins.providers().items())]
    chatbots = tomllib.loads("\n".join(providers)).get("chatbots", {})
    routes = _ROUTES.format(chatbot=next(iter(chatbots), "NAME"))
    return "\n".join(text.strip("\n") + "\n" for text in (_HEAD, *platforms, *providers, routes))
