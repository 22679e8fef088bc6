"""How the played conversation tells a right answer from a wrong one."""

from __future__ import annotations

from bridge_sandbox.demo.script import exactly, same_words


def test_exactly_takes_one_message_with_that_text_and_nothing_else() -> None:
    right = exactly("Hello.")

    assert right(["Hello."])
    assert not right([])
    assert not right(["Hello"])
    assert not right(["Hello.", "Hello."])


def test_same_words_takes_another_shape_but_no_other_words() -> None:
    right = same_words("# One two\n\n```toml\nthree = 4\n```\n\n| five | six |\n|---|---|\n| 7 | 8 |")

    assert right(["**One two**", "```toml\nthree = 4\n```\n```\nfive  six\n7     8\n```"])
    assert not right(["One two", "three = 4 five six 7"])
    assert not right(["One two two", "three = 4 five six 7 8"])
    assert not right(["two One", "three = 4 five six 7 8"])
