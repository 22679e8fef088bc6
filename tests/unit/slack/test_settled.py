"""The text of a stream: appended to, never changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge_slack.mentions import harmless, settled

PIECES = ["<", "&lt;", "&#060;", "@", "U1", "!", "here", "channel", "\\", " ", "\n", "x", "1", ".", "@here", "語"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(TEXTS, TEXTS)
def test_what_was_sent_stays_whatever_comes_after(text: str, more: str) -> None:
    assert settled(text + more).startswith(settled(text))
    assert harmless(text + more).startswith(settled(text))


@given(TEXTS, TEXTS)
def test_no_piece_begins_with_white_space(text: str, more: str) -> None:
    sent = settled(text)
    if sent:
        assert not harmless(text + more)[len(sent) : len(sent) + 1].isspace()
