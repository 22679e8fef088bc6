"""A platform of JSON lines over TCP, and a chatbot that repeats what it hears."""

from bridge import PlatformSpec, ProviderSpec, hookimpl


@hookimpl
def bridge_platforms() -> list[PlatformSpec]:
    """The platform type "echo"."""
    return [
        PlatformSpec(
            type="echo",
            config="bridge_echo.config:EchoPlatformTable",
            factory="bridge_echo.platform:EchoPlatform",
            example="bridge_echo.config:PLATFORM_EXAMPLE",
        )
    ]


@hookimpl
def bridge_chatbot_providers() -> list[ProviderSpec]:
    """The provider type "echo"."""
    return [
        ProviderSpec(
            type="echo",
            config="bridge_echo.config:EchoProviderTable",
            chatbot="bridge_echo.config:EchoChatbotTable",
            factory="bridge_echo.provider:EchoProvider",
            example="bridge_echo.config:PROVIDER_EXAMPLE",
        )
    ]
