"""A deadline is a point in time in whole milliseconds, the same for caller and service."""

from __future__ import annotations

from types import SimpleNamespace

from serverless_runtime.service_calls.deadline import Deadline


def test_it_is_the_end_of_an_invocation() -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 2_500)

    assert Deadline.of(context, lambda: 1_000.0019) == Deadline(1_002_501)


def test_or_so_many_seconds_from_now() -> None:
    assert Deadline.after(1.5, lambda: 1_000.25) == Deadline(1_001_750)
    assert Deadline.after(-1.5, lambda: 1_000.25) == Deadline(998_750)


def test_time_runs_out() -> None:
    deadline = Deadline(1_002_500)

    assert deadline.seconds_left(lambda: 1_000) == 2.5
    assert deadline.seconds_left(lambda: 1_002.5) == 0
    assert deadline.seconds_left(lambda: 1_003) == -0.5
