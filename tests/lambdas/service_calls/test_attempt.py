"""What one invocation of a service has come to."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from serverless_runtime.service_calls.attempt import attempt
from serverless_runtime.service_calls.errors import FaultError, ServiceCallError, TimedOutError

FAILED = SimpleNamespace(invoke=lambda **_request: {"FunctionError": "Unhandled"})


@pytest.mark.parametrize(("left_seconds", "expected"), [(60, FaultError), (0, TimedOutError)])
def test_a_service_that_fails_at_the_deadline_has_timed_out(
    left_seconds: int, expected: type[ServiceCallError]
) -> None:
    with pytest.raises(expected) as raised:
        attempt(
            FAILED,
            "arn",
            b"{}",
            until=time.monotonic() + left_seconds,
            called=("reviews", "list"),
        )

    assert raised.value.may_be_done
