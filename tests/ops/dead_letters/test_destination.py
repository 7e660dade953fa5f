"""What an error of AWS means for a replay: try again, keep this one event, or stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoRegionError,
    ReadTimeoutError,
)

from serverless_ops.aws.waiting import SilentEndpointError
from serverless_ops.dead_letters.destination import (
    BACKOFF_SECONDS,
    BrokenTargetError,
    BusyTargetError,
    RejectedEventError,
    UnreachableTargetError,
    classified,
    retried,
)
from tests.ops.fakes import Clock, service_error

TOO_LARGE = frozenset({"TooLarge"})


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            SilentEndpointError(endpoint_url="http://x", seconds=30.0),
            BrokenTargetError,
            "could not be reached: http://x has not responded for 30 s",
        ),
        (
            ReadTimeoutError(endpoint_url="http://x"),
            UnreachableTargetError,
            'could not be reached: Read timeout on endpoint URL: "http://x"',
        ),
        (
            EndpointConnectionError(endpoint_url="http://x"),
            UnreachableTargetError,
            'could not be reached: Could not connect to the endpoint URL: "http://x"',
        ),
        (NoRegionError(), BrokenTargetError, "could not be called: You must specify a region."),
        (service_error("TooManyRequestsException"), BusyTargetError, "returned Throttled"),
        (service_error("ThrottlingException"), BusyTargetError, "returned Throttled"),
        (service_error("AWS.SimpleQueueService.OverLimit"), BusyTargetError, "returned Throttled"),
        (service_error("TooLarge"), RejectedEventError, "returned TooLarge: about TooLarge"),
        (service_error("AWS.TooLarge"), RejectedEventError, "returned TooLarge: about AWS."),
        (service_error("TooLarge", status=500), RejectedEventError, "returned TooLarge: about"),
        (service_error("Wrong", status=499), BrokenTargetError, "returned Wrong: about Wrong"),
        (service_error("Wrong", status=500), BusyTargetError, "returned Wrong: about Wrong"),
        (service_error("Wrong", status=503), BusyTargetError, "returned Wrong: about Wrong"),
    ],
)
def test_each_error_has_one_meaning_and_its_words(error: Any, kind: type, text: str) -> None:
    found = classified(error, TOO_LARGE)

    assert type(found) is kind
    assert str(found).startswith(text)


def test_an_error_without_code_text_and_status_stops_a_replay() -> None:
    found = classified(ClientError({"Error": {}}, "Invoke"), TOO_LARGE)

    assert (type(found), str(found)) == (BrokenTargetError, "returned : ")


def _failing(times: int, error: Exception) -> tuple[list[int], Callable[[], None]]:
    calls: list[int] = []

    def send() -> None:
        calls.append(len(calls))
        if len(calls) <= times:
            raise error

    return calls, send


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_busy_target_is_tried_again_after_each_delay_and_no_more_once_it_accepts(
    times: int,
) -> None:
    clock = Clock()
    calls, send = _failing(times, BusyTargetError("busy"))

    retried(send, clock.sleep)

    assert (len(calls), clock.slept) == (times + 1, list(BACKOFF_SECONDS[:times]))


@pytest.mark.parametrize(
    ("error", "calls"),
    [(BusyTargetError("b"), 5), (UnreachableTargetError("u"), 5), (RejectedEventError("r"), 1)],
)
def test_what_a_target_says_last_is_raised(error: Exception, calls: int) -> None:
    made, send = _failing(9, error)

    with pytest.raises(type(error)):
        retried(send, Clock().sleep)

    assert len(made) == calls


def test_the_delays_double_from_one_second_to_eight() -> None:
    assert BACKOFF_SECONDS == (1, 2, 4, 8)
