"""Markdown as chatbots write it, in the dialect that Discord shows.

Discord knows bold, italic, strike-through, three levels of headings, lists, quotes, code and masked links (Discord:
Markdown Text 101). It shows no tables, images, rules, task lists, deeper headings or `~~~` fences, takes `__x__` for
underlined, `||x||` for a spoiler and `>>>` for a quote without an end. Text goes in line by line and comes out as long
as it was or a little longer; what is in code is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge_discord.tables import is_table_start, take_table

FENCE = re.compile(r"^(?P<indent> {0,3})(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
TASK = re.compile(r"^(\s*[-*+] )\[([ xX])\] ")
CODE_SPAN = re.compile(r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)")
IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\((https?://[^\s()]{1,1000})(?: \"[^\"\n]{0,300}\")?\)")
STRONG = re.compile(r"(?<![\w_])__(?=[^\s_])([^_\n]{1,1000}?)(?<=[^\s_])__(?![\w_])")

DIVIDER = "───"
LONGEST_NAME = 90
"""Characters of a thread's name; Discord takes 100."""


def render(markdown: str) -> str:
    """The text for Discord. Pure; a fence that is open stays open to the end."""
    return "\n".join(_lines(markdown.split("\n")))


def thread_name(question: str) -> str:
    """What a thread about this question is called: its first line, plain, at most 90 characters."""
    lines = (re.sub(r"[`*~|]+", "", line).lstrip("#> \t") for line in question.splitlines())
    words = next((" ".join(line.split()) for line in lines if line.strip()), "")
    if len(words) > LONGEST_NAME:
        words = words[: LONGEST_NAME - 1].rpartition(" ")[0] or words[: LONGEST_NAME - 1]
        words += "…"
    return words or "Conversation"


def _lines(lines: list[str]) -> Iterator[str]:
    index = 0
    while index < len(lines):
        opened = FENCE.match(lines[index])
        if opened:
            count = _fence_length(lines, index, opened["mark"])
            yield from _fence(lines[index : index + count], opened)
        elif is_table_start(lines, index):
            table, count = take_table(lines, index)
            yield from table
        else:
            count = 1
            yield _line(lines[index])
        index += count


def _fence_length(lines: list[str], start: int, mark: str) -> int:
    for index in range(start + 1, len(lines)):
        closing = lines[index].strip()
        if len(closing) >= len(mark) and set(closing) == {mark[0]}:
            return index - start + 1
    return len(lines) - start


def _fence(lines: list[str], opened: re.Match[str]) -> Iterator[str]:
    """A code block between ``` and ```: Discord ends it at the first three backticks, so those inside are parted."""
    closed = len(lines) > 1 and set(lines[-1].strip()) == {opened["mark"][0]}
    yield f"```{opened['info'].strip()}"
    for line in lines[1:-1] if closed else lines[1:]:
        yield line.replace("```", "`\u200b`\u200b`")
    if closed:
        yield "```"


def _line(line: str) -> str:
    if RULE.match(line):
        return DIVIDER
    heading = HEADING.match(line)
    if heading:
        level, title = heading[1], _inline(heading[2])
        if len(level) <= 3:
            return f"{level} {title}"
        return f"**{title}**" if "**" not in title else title
    line = TASK.sub(lambda task: f"{task[1]}{'☐' if task[2] == ' ' else '☑'} ", line)
    if line.startswith(">>>"):
        line = f"\\{line}"
    return _inline(line)


def _inline(line: str) -> str:
    """The line with its text changed and its code spans kept."""
    shown: list[str] = []
    rest = 0
    for code in CODE_SPAN.finditer(line):
        shown += (_text(line[rest : code.start()]), code[0])
        rest = code.end()
    return "".join([*shown, _text(line[rest:])])


def _text(text: str) -> str:
    text = IMAGE.sub(lambda image: f"[{image[1] or 'image'}]({image[2]})", text)
    text = STRONG.sub(r"**\1**", text)
    return text.replace("||", "\\|\\|")
