"""Slack's part of the example file."""

EXAMPLE = """\
[platforms.slack]                           # of type slack; [platforms.acme] with type = "slack" adds another
bot_token = { env = "SLACK_BOT_TOKEN" }     # xoxb-…; or { file = "/run/secrets/slack-bot-token" }
app_token = { env = "SLACK_APP_TOKEN" }     # xapp-…, with the scope connections:write
# agent   = true                            # the app is declared an agent: a top-level DM begins a thread of its own
# native_streams = false                    # show answers by edits only, never by Slack's own streaming
# native_stream_age = "240s"                # how long one message grows before the answer goes on in another
# api_url = "https://slack.com/api/"        # another address: a proxy, or the sandbox
"""
