"""When an edit of the operator's file counts."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bridge.config.watching import EVERY, Look, Settling, edits, look_at
from bridge.testing import VirtualClock

OLD, NEW = Look(b"old", 1, 10), Look(b"new", 2, 20)


def settled(*looks: Look) -> list[bool]:
    settling = Settling(b"old")
    return [settling.settled(look) for look in looks]


def test_the_file_in_use_is_no_edit() -> None:
    assert settled(OLD, OLD, OLD) == [False, False, False]


def test_another_file_counts_once_it_was_found_twice() -> None:
    assert settled(OLD, OLD, NEW, NEW, NEW) == [False, False, False, True, False]


def test_a_file_that_is_being_written_does_not_count() -> None:
    empty, half = Look(b"", 1, 11), Look(b"ne", 1, 12)
    assert settled(OLD, OLD, empty, half, NEW, NEW) == [False, False, False, False, False, True]


def test_an_edit_between_the_start_and_the_first_look_counts() -> None:
    assert settled(NEW, NEW) == [False, True]


def test_a_touched_file_counts_since_the_secrets_beside_it_may_have_changed() -> None:
    touched = Look(b"old", 1, 11)
    assert settled(OLD, OLD, touched, touched) == [False, False, False, True]


def test_a_file_that_goes_and_comes_back_counts_both_times() -> None:
    gone = Look(None)
    assert settled(OLD, OLD, gone, gone, OLD, OLD) == [False, False, False, True, False, True]


def test_a_look_follows_links_to_the_file_of_the_moment(tmp_path: Path) -> None:
    """As a mounted config map is replaced: the directory that everything links to is another one at once."""
    for number in (1, 2):
        (tmp_path / f"data{number}").mkdir()
        (tmp_path / f"data{number}" / "bridge.toml").write_text(str(number))
    (tmp_path / "data").symlink_to("data1")
    path = tmp_path / "bridge.toml"
    path.symlink_to("data/bridge.toml")
    first = look_at(path)
    (tmp_path / "new").symlink_to("data2")
    os.replace(tmp_path / "new", tmp_path / "data")  # noqa: PTH105 - a link replaced by another
    second = look_at(path)
    assert (first.content, second.content) == (b"1", b"2")
    assert first.inode != second.inode


async def test_an_edit_is_seen_within_two_looks() -> None:
    clock, found, seen = VirtualClock(), [OLD], list[bytes | None]()

    async def read(path: Path) -> Look:
        return found[0]

    async def follow() -> None:
        async for content in edits(Path("bridge.toml"), b"old", clock, read):
            seen.append(content)

    following = asyncio.create_task(follow())
    await clock.advance(10 * EVERY)
    assert seen == []
    found[0] = NEW
    await clock.advance(2 * EVERY)
    assert seen == [b"new"]
    following.cancel()
