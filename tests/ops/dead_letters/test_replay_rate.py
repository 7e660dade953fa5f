"""A replay is no faster than it may be, and makes up for no pause."""

from __future__ import annotations

import pytest

from serverless_ops.dead_letters.replay_rate import RateLimiter
from tests.ops.fakes import Clock


@pytest.mark.parametrize(("per_second", "interval"), [(4, 0.25), (0.5, 2.0)])
def test_each_waits_until_an_interval_after_the_one_before(
    per_second: float, interval: float
) -> None:
    clock = Clock()
    limiter = RateLimiter(per_second, clock, clock.sleep)

    for _ in range(3):
        limiter.wait()

    assert clock.slept == [interval, interval]


def test_after_a_pause_there_is_one_at_once_besides_the_one_that_was_due() -> None:
    clock = Clock()
    limiter = RateLimiter(1, clock, clock.sleep)
    limiter.wait()
    clock.seconds += 100

    limiter.wait()
    assert clock.slept == []
    limiter.wait()
    assert clock.slept == []
    limiter.wait()
    assert clock.slept == [1]


def test_it_sleeps_again_if_it_was_woken_early() -> None:
    clock = Clock()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.seconds += seconds / 2 if len(slept) == 1 else seconds

    limiter = RateLimiter(1, clock, sleep)
    limiter.wait()
    limiter.wait()

    assert slept == [1, 0.5]
