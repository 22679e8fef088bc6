"""What both platforms show of a long answer, and of one that is still being written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import Part, Unit, parse_markdown, plain_text
from bridge.reply.split import Splitter
from bridge_discord.render import render
from bridge_sandbox.slack.blocks import as_markdown
from bridge_slack.render import body, size
from tests.unit.reply.test_split import TEXTS, words


@dataclass(frozen=True)
class Platform:
    """`size` is what counts against a limit, `show` what people see."""

    size: Callable[[str], int]
    show: Callable[[str], str]


PLATFORMS = {
    "discord": Platform(lambda text: len(render(text)), render),
    "slack": Platform(
        lambda text: size(text, Unit.UTF16), lambda text: as_markdown(body(Part(text, final=True))["blocks"])
    ),
}
ON_BOTH = pytest.mark.parametrize("name", PLATFORMS)

RICH = """# Lilies

They **grow** in *water*, ~~never~~ rarely on [land](https://example.com/a_b), see `bed(1)` and ![a lily](https://l/1).

1. First
   - [x] done **well**
   - [ ] open
2. Second

> quoted **strongly**
> and on

| Name | Price |
|:-----|------:|
| red  | **7** |
| blue | `12`  |

```python
def water(bed: int) -> str:
    return "**not bold** | nor a row |"
```

The end, $x_1$ and <@U123>.
"""


@ON_BOTH
@given(text=TEXTS, limit=st.integers(150, 600))
def test_every_word_is_shown_once_in_order_and_within_the_limit(name: str, text: str, limit: int) -> None:
    platform = PLATFORMS[name]
    parts = Splitter().advance(text, lambda part: platform.size(part) <= limit, final=True)
    assert [word for part in parts for word in words([platform.show(part)])] == words(
        [plain_text(parse_markdown(text))]
    )
    assert all(platform.size(part) <= limit for part in parts)
    assert all(len(re.findall(r"(?m)^(?:> )?(?:```|~~~)", platform.show(part))) % 2 == 0 for part in parts)


@ON_BOTH
def test_the_numbers_of_a_list_go_on_over_a_cut(name: str) -> None:
    text = "\n".join(f"{number}. item " + "word " * (number % 7 * 9) for number in range(1, 41))
    platform = PLATFORMS[name]
    parts = Splitter().advance(text, lambda part: platform.size(part) <= 500, final=True)
    assert len(parts) > 5
    shown = "\n".join(map(platform.show, parts))
    assert re.findall(r"(?m)^(\d+)\. item", shown) == [str(number) for number in range(1, 41)]


@ON_BOTH
def test_nothing_half_typed_is_seen_at_any_moment(name: str) -> None:
    splitter, platform = Splitter(), PLATFORMS[name]
    for end in range(len(RICH) + 1):
        parts = splitter.advance(RICH[:end], lambda part: platform.size(part) <= 300, final=end == len(RICH))
        for part in parts:
            assert half_typed(platform.show(part)) == [], (RICH[:end][-40:], part)


def half_typed(shown: str) -> list[str]:
    """What looks like markup that nothing closes, outside of code."""
    if shown.count("```") % 2:
        return ["```"]
    prose = re.sub(r"```.*?```", "", shown, flags=re.DOTALL)
    marks = [mark for mark in ("**", "~~", "`") if prose.count(mark) % 2]
    prose = re.sub(r"`[^`\n]*`", "", prose)
    loose = re.sub(r"!?\[[^\[\]]*\]\([^()\s]*\)|\[[ x]\]", "", prose)
    rows = re.findall(r"(?m)^\|[^\n]*[^|\n]$", prose)
    return marks + rows + re.findall(r"\[|\]\(", loose)


def test_what_is_half_typed_is_noticed() -> None:
    for text in ("a **b", "`c", "[d](https://e", "```\nf", "| g | h", "~~i"):
        assert half_typed(text)
    assert half_typed("**a** `b` [c](https://d)\n\n| e |\n|---|\n") == []
