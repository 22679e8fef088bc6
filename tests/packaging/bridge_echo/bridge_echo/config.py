"""What an operator writes in bridge.toml."""

from bridge import Table

PLATFORM_EXAMPLE = """\
# [platforms.echo]
# port = 7007               # people connect to it on this machine, for instance with: nc 127.0.0.1 7007
"""

PROVIDER_EXAMPLE = """\
# [providers.echo]

# [chatbots.parrot]
# provider = "echo"
# greeting = "You said"     # what every answer begins with
"""


class EchoPlatformTable(Table):
    """`[platforms.echo]`"""

    port: int
    """The port to listen on, on the loopback interface."""


class EchoProviderTable(Table):
    """`[providers.echo]`, which has no keys."""


class EchoChatbotTable(Table):
    """`[chatbots.NAME]` of this provider."""

    greeting: str = "You said"
    """What every answer begins with."""
