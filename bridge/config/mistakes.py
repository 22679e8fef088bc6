"""What is wrong in the operator's file, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. `str()` of it is what an operator reads; it never holds a secret."""

    path: Path
    line: int | None
    """Counted from 1; None when no line is to blame, as when there is no file."""
    key: str
    """Dotted, such as `platforms.slack.bot_token` or, for the second route, `routes[2].channels`; may be empty."""
    problem: str
    remedy: str
    """What to do or write; empty when `problem` says it all."""

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        text = ": ".join(filter(None, (place, self.key, self.problem)))
        return f"{text}\n    {self.remedy}" if self.remedy else text


class InvalidConfig(ConfigError):
    """The operator's file cannot be used; `mistakes` holds everything that is wrong, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def instead(word: str, known: Iterable[str], what: str) -> str:
    """The remedy for an unknown word: the one that was probably meant, else all of them."""
    names = sorted(known)
    meant = nearest(word, names)
    if meant is not None:
        return f'did you mean "{meant}"?'
    return f"{what}: {', '.join(names)}" if names else f"{what}: none"
