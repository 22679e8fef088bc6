"""The chatbots and agents of VectorShift."""

from __future__ import annotations

from bridge import ProviderSpec, hookimpl


@hookimpl
def bridge_chatbot_providers() -> list[ProviderSpec]:
    """VectorShift, as `type = "vectorshift"`."""
    return [
        ProviderSpec(
            type="vectorshift",
            config="bridge_vectorshift.config:VectorShiftTable",
            chatbot="bridge_vectorshift.config:ChatbotTable",
            factory="bridge_vectorshift.chatbot:VectorShift",
            example="bridge_vectorshift.example:EXAMPLE",
        )
    ]
