"""Cuts a Markdown text into the messages of a reply. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bridge.reply.boundaries import boundaries
from bridge.reply.lines import Context
from bridge.reply.stretch import Stretch

Fits = Callable[[str], bool]

_FIRST_GUESS = 2048
"""Characters to begin with when looking for how much fits."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A finished part, where it ends in the text, and what that place stands in."""

    part: str
    end: int
    context: Context


class Splitter:
    """Cuts one growing text. A cut once made stays for as long as the text before it is unchanged, so that messages
    that are full are not edited again, and each call costs only what came since the last cut.
    """

    def __init__(self) -> None:
        self._cuts: list[_Cut] = []
        self._settled = ""
        """The text up to the last cut."""
        self._guess = _FIRST_GUESS

    def advance(self, text: str, fits: Fits, *, final: bool) -> list[str]:
        """The parts of `text`, each of which `fits`, none blank.

        Together they hold every word of the text once and in order. A code fence that is open at a cut is closed there
        and opened again after it, a table's header is repeated. Without `final` the last part is unfinished, and a
        fence at its very end, which may not be whole yet, is held back.

        Raises ValueError when not even one character fits.
        """
        self._forget(text)
        rest = self._rest(text)
        while (end := self._overflow(rest, fits, final=final)) is not None:
            self._cut(rest, end, fits)
            rest = self._rest(text)
        parts = [cut.part for cut in self._cuts]
        if tail := rest.shown(len(text), final=final):
            parts.append(tail)
        return parts

    def rest(self, text: str, parts: int) -> str:
        """What comes after the first `parts` parts, as one text."""
        cut = self._cuts[parts - 1]
        return Stretch(text, cut.end, cut.context).shown(len(text))

    def growing(self, text: str) -> str:
        """The last part as `advance` gave it, but with what is open at its end left open."""
        return self._rest(text).shown(len(text), final=False, closed=False)

    def roll(self, text: str, fits: Fits) -> bool:
        """Finish the last part at the best place that it has, no matter its size; False when it has none."""
        rest = self._rest(text)
        known = rest.lines(len(text))
        for offset in boundaries(text, known, len(text) - 1) if known else ():
            if not text[offset - 1].isspace():
                continue
            part = rest.shown(offset)
            if part and fits(part):
                self._cuts.append(_Cut(part, offset, rest.context_at(offset)))
                self._settled = text[:offset]
                return True
        return False

    def _forget(self, text: str) -> None:
        """Undo the cuts before which the text has changed."""
        if text.startswith(self._settled):
            return
        while self._cuts and text[: self._cuts[-1].end] != self._settled[: self._cuts[-1].end]:
            self._cuts.pop()
        self._settled = text[: self._cuts[-1].end] if self._cuts else ""

    def _rest(self, text: str) -> Stretch:
        """What comes after the last cut."""
        return Stretch(text, self._cuts[-1].end, self._cuts[-1].context) if self._cuts else Stretch(text)

    def _overflow(self, rest: Stretch, fits: Fits, *, final: bool) -> int | None:
        """An offset up to which the rest is too much for one part; None when all of it fits."""
        size = self._guess
        while rest.start + size < len(rest.text):
            if not fits(rest.shown(rest.start + size)):
                return rest.start + size
            size *= 2
        return None if fits(rest.shown(len(rest.text), final=final)) else len(rest.text)

    def _cut(self, rest: Stretch, end: int, fits: Fits) -> None:
        """Finish a part that ends before `end`."""
        for stretch in (rest, rest.literal()):
            most = self._most(stretch, max(end, stretch.start + 2), fits)
            if most <= stretch.start:
                continue
            for offset in boundaries(stretch.text, stretch.lines(most), most):
                part = stretch.shown(offset)
                if part and fits(part):
                    self._guess = 2 * (offset - stretch.start)
                    self._cuts.append(_Cut(part, offset, stretch.context_at(offset)))
                    self._settled = stretch.text[:offset]
                    return
        raise ValueError("not even one character fits into a part")

    @staticmethod
    def _most(stretch: Stretch, end: int, fits: Fits) -> int:
        """About the greatest offset up to which the stretch fits; its start when nothing does."""
        low, high = stretch.start, end
        while high - low > 1 + (low - stretch.start) // 64:
            middle = (low + high) // 2
            if fits(stretch.shown(middle)):
                low = middle
            else:
                high = middle
        return low
