"""The dialect that chatbots write: CommonMark, GitHub's tables, strike-through and bare links, and formulas.

Three rules are our own. A formula (`$x$`, `$$x$$`, `\\(x\\)`, `\\[x\\]`) is taken as it is written: its underscores and
stars are no emphasis. A line `[^1]: …` is a footnote that people must see, no link definition. What is nested deeper
than the parser goes is kept as plain lines, where markdown-it would drop it.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

DEEPEST = 20
"""Levels of nesting that are parsed; a list takes two. markdown-it has the same for CommonMark."""
MOST_MARKS = 2_000
"""Characters of one paragraph that may mean something; a text with more of them is none that anybody formats. A bound,
so that a flood of marks costs no more than as much prose."""
LONGEST_FORMULA = 50
"""Lines of a formula. A bound, so that marks which nothing closes cost little."""

_MARK = re.compile(r"[\\`*_~\[\]<&$:!]")
_URL = re.compile(r"://[\w\[][^\s<>`*\"。，、；：！？）」』】》]*")  # noqa: RUF001 - what ends a link in Chinese and Japanese
_ENDS = "?!.,:;*_~'\""
_MARKS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


def dialect() -> MarkdownIt:
    """A parser of the dialect. It keeps nothing between texts."""
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.at("reference", _definition)
    parser.core.ruler.at("inline", _inline)
    parser.inline.ruler.before("escape", "math", _math)
    parser.inline.ruler.before("link", "bare_link", _bare_link)
    return parser


def _inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline" or token.children is None:
            continue
        if len(_MARK.findall(token.content)) > MOST_MARKS:
            token.children = _plain(token.content)
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _plain(content: str) -> list[Token]:
    """The text as it is written."""
    tokens: list[Token] = []
    for line in content.split("\n"):
        tokens += [Token("text", "", 0, content=line), Token("softbreak", "br", 0)]
    return tokens[:-1]


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if silent or state.level < DEEPEST - 2:
        return False
    state.line = end
    state.push("paragraph_open", "p", 1).map = [start, end]
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(start, end, state.blkIndent, False).strip()
    inline.map = [start, end]
    inline.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    footnote = state.src.startswith("[^", state.bMarks[start] + state.tShift[start])
    return not footnote and reference(state, start, end, silent)


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that begins a line with `$$` or `\\[` and ends another, with no blank line within."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    closing = {"$$": "$$", "\\[": "\\]"}.get(first[:2])
    if closing is None:
        return False
    line, last = start, first[2:]
    while not last.rstrip().endswith(closing):
        line += 1
        if line >= min(end, start + LONGEST_FORMULA) or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        last = state.src[state.bMarks[line] : state.eMarks[line]]
    content = state.getLines(start, line + 1, state.blkIndent, False).strip()[2:-2].strip("\n")
    if closing in content or not content.strip():
        return False
    if silent:
        return True
    state.line = line + 1
    token = state.push("math_block", "math", 0)
    token.content, token.map = content, [start, line + 1]
    return True


def _math(state: StateInline, silent: bool) -> bool:
    """A formula within a line. `$x$` as Pandoc takes it: no blank inside its marks and no digit behind them."""
    source, start = state.src, state.pos
    marks = next((marks for marks in _MARKS if source.startswith(marks[0], start)), None)
    if marks is None:
        return False
    opening, closing = marks
    inside = start + len(opening)
    end = _math_end(state, closing, inside)
    formula = source[inside : max(inside, end)]
    if not formula.strip():
        return False
    if opening == "$" and (formula != formula.strip() or source[end + 1 : end + 2].isdigit()):
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = formula.strip()
    state.pos = end + len(closing)
    return True


def _math_end(state: StateInline, closing: str, inside: int) -> int:
    """Where a formula is closed; -1 when it is not. Where the last of each mark stands is looked for once in a text."""
    source, last = state.env.get("math", ("", {}))
    if source is not state.src:
        last = {mark: state.src.rfind(mark) for _, mark in _MARKS}
        state.env["math"] = state.src, last
    return state.src.find(closing, inside, state.posMax) if last[closing] >= inside else -1


def _bare_link(state: StateInline, silent: bool) -> bool:
    """`https://…` in a text. GitHub Flavored Markdown: extended url autolink."""
    source, colon = state.src, state.pos
    if silent or state.linkLevel or source[colon] != ":":
        return False
    before = source[max(0, colon - 6) : colon].lower()
    scheme = next((scheme for scheme in ("https", "http") if before.endswith(scheme)), None)
    if scheme is None or before[: -len(scheme)][-1:].isalnum():
        return False
    found = _URL.match(source, colon, state.posMax)
    if found is None:
        return False
    url = _without_ending(source[colon - len(scheme) : found.end()])
    target = state.md.normalizeLink(url)
    if len(url) <= len(scheme) + 3 or not state.md.validateLink(target):
        return False
    state.pending = state.pending[: -len(scheme)]
    opened = state.push("link_open", "a", 1)
    opened.attrs, opened.markup = {"href": target}, "linkify"
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = colon - len(scheme) + len(url)
    return True


def _without_ending(url: str) -> str:
    """The link without the punctuation of the sentence around it, and without brackets that it does not open."""
    surplus = {close: url.count(close) - url.count(open_) for open_, close in ("()", "[]", "{}")}
    end = len(url)
    while end:
        last = url[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _ENDS:
            break
        end -= 1
    return url[:end]
