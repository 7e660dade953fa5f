"""Waiting with a deadline."""

from __future__ import annotations

import pytest

from local.wait import DeadlineExceededError, wait_until


def test_what_is_there_at_once_is_returned() -> None:
    assert wait_until(lambda: "there", "something", seconds=0) == "there"


def test_waiting_goes_on_until_enough_is_seen() -> None:
    numbers = iter(range(10))

    seen = wait_until(lambda: next(numbers), "three", seconds=5, enough=lambda number: number == 3)

    assert seen == 3


def test_a_missed_deadline_names_what_was_awaited_and_what_was_there() -> None:
    with pytest.raises(DeadlineExceededError, match=r"waited 0 s for an email; last seen: \[\]"):
        wait_until(list, "an email", seconds=0)
