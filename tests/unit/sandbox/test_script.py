"""How the played conversation tells a right answer from a wrong one."""

from __future__ import annotations

from bridge_sandbox.demo.script import exactly, same_words


def test_exactly_takes_one_message_with_that_text_and_nothing_else() -> None:
    right = exactly("Hello.")

    assert right(["Hello."])
    assert not right([])
    assert not right(["Hello"])
    assert not right(["Hello.", "Hello."])


TEXT = "# One two\n\n| five | six |\n|---|---|\n| 7 | 8 |\n| 9 | 10 |\n\n```toml\nthree = 4\n```"


def test_same_words_takes_another_shape_but_no_other_words() -> None:
    right = same_words(TEXT)

    assert right([TEXT])
    assert right(["**One two**", "- five: 7, six: 8\n- five: 9, six: 10", "```\nthree = 4\n```"])
    assert not right(["One two", "7 8 9 10"]), "the end is lost"
    assert not right(["One two two", "7 8 9 10 three 4"]), "a word is there twice"
    assert not right(["two One", "7 8 9 10 three 4"]), "words are out of order"
    assert not right(["One two", "7 8 10 three 4"]), "a cell is lost"


def test_same_words_needs_no_table() -> None:
    assert same_words("One *two*")(["One", "two"])
    assert not same_words("One *two*")(["One two", "three"])
