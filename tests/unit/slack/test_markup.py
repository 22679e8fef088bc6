from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge_slack import markup

NAMES = {"U0ADA": "Ada", "U0BOT": "bridge"}


@pytest.mark.parametrize(
    ("raw", "markdown"),
    [
        ("plain", "plain"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;", "&lt;"),
        ("*bold* and _italic_ and ~gone~", "**bold** and _italic_ and ~~gone~~"),
        ("2*3*4 and a ~ b ~ c", "2*3*4 and a ~ b ~ c"),
        ("* not bold *", "* not bold *"),
        ("*see <https://a.test|this>*", "**see [this](https://a.test)**"),
        ("<https://a.test/~x/~y>", "https://a.test/~x/~y"),
        ("<http://a.test|a.test>", "http://a.test"),
        ("<https://a.test/?a=1&amp;b=2|two &lt; three>", "[two < three](https://a.test/?a=1&b=2)"),
        ("<mailto:ada@a.test|ada@a.test>", "ada@a.test"),
        ("<@U0ADA> <@U0ELSE|else> <@U0NONE>", "@Ada @else @U0NONE"),
        ("<#C0HELP|help> <#C0SECRET|>", "#help #C0SECRET"),
        ("<!here> <!channel|channel> <!subteam^S0ONE|@crew>", "@here channel @crew"),
        ("<!date^1763000000^{date}|today>", "today"),
        ("`*a* &lt;b&gt;` and ```\n*c* <@U0ADA>\n```", "`*a* <b>` and ```\n*c* <@U0ADA>\n```"),
        ("an ` alone, *bold*", "an ` alone, **bold**"),
        ("• one\n• two", "• one\n• two"),
        ("kept\ue000private", "keptprivate"),
    ],
)
def test_mrkdwn_becomes_markdown(raw: str, markdown: str) -> None:
    assert markup.to_markdown(raw, NAMES) == markdown


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("<@U0BOT> hello", "hello"),
        (" <@U0BOT|bridge>: hello", "hello"),
        ("<@U0BOT>, hello", "hello"),
        ("hello <@U0BOT>", "hello"),
        ("hi <@U0BOT>, how are you?", "hi, how are you?"),
        ("ask <@U0BOT> about it", "ask about it"),
        ("<@U0BOT> who is <@U0BOT>?", "who is <@U0BOT>?"),
        ("<@U0BOTTOM> hello", "<@U0BOTTOM> hello"),
        ("hello", "hello"),
    ],
)
def test_the_mention_that_addresses_the_bot_is_taken_away(raw: str, left: str) -> None:
    assert markup.without_address(raw, "U0BOT") == left


@given(st.text(alphabet="a *~_`<>|@#!&;\n", max_size=200))
def test_any_text_is_read(raw: str) -> None:
    markup.to_markdown(markup.without_address(raw, "U0BOT"), NAMES)


@given(st.text(alphabet=st.characters(exclude_characters="*~`\ue000", exclude_categories=["Cs"])))
def test_what_slack_escapes_comes_back_as_it_was_typed(typed: str) -> None:
    raw = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert markup.to_markdown(raw, NAMES) == typed.strip()


@pytest.mark.timeout(5)
@pytest.mark.parametrize("unit", ["*a ", "~a ", "`", "```", "<", "<@", "*", "~", "<@U0BOT", " "])
def test_no_text_takes_long(unit: str) -> None:
    markup.to_markdown(markup.without_address(unit * 10_000, "U0BOT"), NAMES)
