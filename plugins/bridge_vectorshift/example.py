"""What this plugin adds to the example configuration."""

EXAMPLE = """\
[providers.vectorshift]                     # a second account is another table, with type = "vectorshift"
api_key = { env = "VECTORSHIFT_API_KEY" }   # or { file = "/run/secrets/vectorshift" }
# api_url = "https://api.vectorshift.ai/v1"
# ws_url  = "wss://api.vectorshift.ai/v1"   # derived from api_url when left out
# linger  = "30s"                           # how long a connection is kept after a turn, for the next one

[chatbots.support]
name = "My Chatbot"                         # or id = "…", as in the address of its page

# [chatbots.research]
# name  = "Research Agent"
# kind  = "agent"
# owner = { username = "ada", org = "Analytical Engines" }   # of somebody else, shared with you
"""
