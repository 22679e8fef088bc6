"""The text within a block, in the dialect that Discord shows (Discord: Markdown Text 101).

What is a mark in Discord is escaped unless it is meant as one: `__x__` would be underlined, `||x||` hidden, `<t:1:R>`
become a time. Marks within words that Discord itself leaves alone are left alone, so that snake_case stays readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bridge import Node, NodeKind, plain_text

_NOTHING = "\u200b"
"""Zero width space: parts marks that would be read together."""
_MARK = re.compile(
    r"`"
    r"|\\(?=[^\w\s]|_|$)"  # a backslash that would escape what follows
    r"|\*(?!(?<=\s\*)\s|(?<=^\*)\s)"
    r"|__+|(?<!\w)_|_(?!\w)"
    r"|~~+|\|\|+"
    r"|<(?=[@#:]|t:|a:|id:|https?:|/[^<>:]{1,100}:\d)"
    r"|(?<=\])\("
)
_BEGINS_BLOCK = re.compile(r"(?m)^(?P<space>[ \t]*)(?P<mark>#{1,3}(?=[ \t])|-#(?=[ \t])|[-*+](?=[ \t])|>(?=[ \t]|>>))")
_NUMBER = re.compile(r"(?m)^([ \t]*\d+)([.)])(?=[ \t])")
_BREAK_TAG = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_LOOKS_LIKE_LINK = re.compile(r"\s*(?:https?://|www\.|discord\.gg)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Around:
    """What an inline node stands in."""

    bold: bool = False
    link: bool = False


def inline(nodes: Iterable[Node], around: Around = Around()) -> str:
    """What people see of the nodes, marks that would run into each other kept apart."""
    shown = ""
    for node in nodes:
        text = _INLINE[node.kind](node, around)
        if text and shown and text[0] == shown[-1] and text[0] in "*~`|_":
            shown += _NOTHING
        shown += text
    return shown


def line(nodes: Iterable[Node], around: Around = Around()) -> str:
    """The like, for where a line must not end."""
    return " ".join(inline(nodes, around).split("\n"))


def text_of(nodes: Iterable[Node]) -> str:
    """A paragraph: what would begin a heading, a list or a quote at the start of a line is text."""
    return begin(inline(nodes))


def begin(text: str) -> str:
    """Text in which no line begins a block."""
    return _NUMBER.sub(r"\1\\\2", _BEGINS_BLOCK.sub(r"\g<space>\\\g<mark>", text))


def escaped(text: str) -> str:
    """Text in which nothing is a mark."""
    return _MARK.sub(lambda mark: "".join(f"\\{char}" for char in mark[0]), text)


def code(text: str) -> str:
    """Code within a line."""
    text = " ".join(text.split("\n"))
    if "`" not in text:
        return f"`{text}`"
    text = re.sub("`(?=`)", f"`{_NOTHING}", text)
    return f"``{' ' if text[0] == '`' else ''}{text}{' ' if text[-1] == '`' else ''}``"


def _text(node: Node, around: Around) -> str:
    text = escaped(node.text)
    return re.sub(r"[\[\]]", r"\\\g<0>", text) if around.link else text


def _html(node: Node, around: Around) -> str:
    return "\n" if _BREAK_TAG.fullmatch(node.text) else _text(node, around)


def _strong(node: Node, around: Around) -> str:
    inner = inline(node.children, Around(bold=True, link=around.link))
    return inner if around.bold else _marked("**", inner)


def _emphasis(node: Node, around: Around) -> str:
    return _marked("*", inline(node.children, around))


def _strike(node: Node, around: Around) -> str:
    return _marked("~~", inline(node.children, around))


def _marked(mark: str, inner: str) -> str:
    return f"{mark}{inner}{mark}" if inner.strip() else inner


def _link(node: Node, around: Around) -> str:
    """A masked link, which Discord shows for web addresses only, and not when the words are an address themselves."""
    words = plain_text(node)
    if node.bare or words == node.href:
        return node.href if node.href.startswith(("http://", "https://")) else escaped(words)
    if around.link:
        return inline(node.children, around)
    return _masked(node, inline(node.children, Around(around.bold, link=True)), words)


def _image(node: Node, around: Around) -> str:
    if around.link:
        return inline(node.children, around)
    return _masked(node, inline(node.children, Around(around.bold, link=True)) or "image", plain_text(node))


def _masked(node: Node, shown: str, words: str) -> str:
    href = node.href.replace("(", "%28").replace(")", "%29")
    if not href:
        return shown
    if not href.startswith(("http://", "https://")) or _LOOKS_LIKE_LINK.match(words):
        return f"{shown} ({escaped(href)})"
    return f"[{' '.join(shown.split())}]({href})"


def _code(node: Node, around: Around) -> str:
    return code(node.text)


def _break(node: Node, around: Around) -> str:
    return "\n"


_INLINE: dict[NodeKind, Callable[[Node, Around], str]] = {
    NodeKind.TEXT: _text,
    NodeKind.BREAK: _break,
    NodeKind.CODE: _code,
    NodeKind.MATH: _code,
    NodeKind.HTML: _html,
    NodeKind.STRONG: _strong,
    NodeKind.EMPHASIS: _emphasis,
    NodeKind.STRIKE: _strike,
    NodeKind.LINK: _link,
    NodeKind.IMAGE: _image,
}
