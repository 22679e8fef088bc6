"""An adapter's numbers are what its platform takes."""

from __future__ import annotations

import pytest

from bridge.errors import TooLong
from bridge.model import ThreadRef
from bridge.platform import Operation, Part
from bridge.testing.contracts.fixtures import PlatformFixtures
from bridge.testing.contracts.sides import PlatformSide

# ruff: noqa: S101


class LimitsContract(PlatformFixtures):
    """What is stated holds: sizes, budgets."""

    async def test_limits_are_numbers_that_stay(self, side: PlatformSide) -> None:
        capabilities = side.platform.capabilities
        assert capabilities is side.platform.capabilities
        assert capabilities.part_size > 0
        assert capabilities.edit_gap >= 0
        assert all(budget.burst >= 1 and budget.rate > 0 for budget in capabilities.budgets.values())

    async def test_every_operation_names_a_known_budget(self, side: PlatformSide, thread: ThreadRef) -> None:
        for operation in Operation:
            keys = side.platform.budget_keys(operation, thread)
            assert {key.name for key in keys} <= set(side.platform.capabilities.budgets)
            assert keys == side.platform.budget_keys(operation, thread)

    @pytest.mark.parametrize("unit", ["a", "ü", "😀", "&<>", "* _`|", "word\n", "- item\n\n"])
    async def test_what_fits_by_its_size_is_taken(self, side: PlatformSide, thread: ThreadRef, unit: str) -> None:
        text = longest(side, unit)
        assert side.platform.size(Part(text)) == side.platform.size(Part(text))
        await side.platform.post(thread, Part(text), "exactly")
        assert len(side.shown(thread)) == 1

    async def test_one_more_than_fits_is_too_long(self, side: PlatformSide, thread: ThreadRef) -> None:
        text = longest(side, "a") + "a"
        assert side.platform.size(Part(text)) > side.platform.capabilities.part_size
        with pytest.raises(TooLong):
            await side.platform.post(thread, Part(text), "too-long")
        assert not side.shown(thread)


def longest(side: PlatformSide, unit: str) -> str:
    """The longest text made of `unit` that the adapter says fits, without spaces at its end."""
    low, high = 1, side.platform.capabilities.part_size + 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = side.platform.size(Part((unit * middle).rstrip())) <= side.platform.capabilities.part_size
        low, high = (middle, high) if fits else (low, middle - 1)
    return (unit * low).rstrip()
