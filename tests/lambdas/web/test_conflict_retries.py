"""Writers that conflict wait for longer each time, each for a time of its own."""

from __future__ import annotations

import pytest

from serverless_runtime.web.conflict_retries import retry_attempts


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_each_pause_is_at_random_up_to_twice_the_last_one(jitter: float) -> None:
    pauses: list[float] = []

    assert len(list(retry_attempts(pauses.append, lambda: jitter))) == 6

    assert pauses == pytest.approx([jitter * each for each in (0.02, 0.04, 0.08, 0.16, 0.32)])


def test_a_first_attempt_comes_at_once_and_no_pause_follows_the_last() -> None:
    pauses: list[float] = []
    waited = [len(pauses) for _ in retry_attempts(pauses.append)]

    assert waited == [0, 1, 2, 3, 4, 5]
    assert all(0 <= each <= 0.32 for each in pauses)
