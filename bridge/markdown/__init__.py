"""Markdown as chatbots write it, parsed once into a tree that every platform renders from."""

from bridge.markdown.reading import parse_markdown
from bridge.markdown.tree import Node, NodeKind, code_span, plain_text
from bridge.markdown.width import display_width

__all__ = ["Node", "NodeKind", "code_span", "display_width", "parse_markdown", "plain_text"]
