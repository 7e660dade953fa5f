"""How an event goes back to its function, and what its answers mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from serverless_ops.dead_letters.destination import (
    BrokenTargetError,
    BusyTargetError,
    RejectedEventError,
    UnreachableTargetError,
)
from serverless_ops.dead_letters.replay_to_function import FunctionDestination, function_name
from tests.ops.dead_letters.kinds.fake_clients import FUNCTION
from tests.ops.dead_letters.samples import a_dead_letter, an_event, unreadable
from tests.ops.fakes import RecordingLambda, service_error


@pytest.mark.parametrize(
    ("failed_in", "reason"),
    [
        (None, None),
        (f"{FUNCTION}:$LATEST", None),
        (f"{FUNCTION}-2", "failed in another function, notify-2; see --any-function"),
        (FUNCTION[:-1], "failed in another function, notif; see --any-function"),
    ],
)
def test_an_event_is_replayed_to_the_function_in_which_it_failed(
    failed_in: str | None, reason: str | None
) -> None:
    found = FunctionDestination(RecordingLambda(), FUNCTION)

    assert found.skip_reason(a_dead_letter(record={"function": failed_in})) == reason
    assert found.skip_reason(unreadable()) is None
    assert found.description == f"target {FUNCTION}"


@pytest.mark.parametrize("status", [200, 201, 203, 500])
def test_only_202_is_acceptance(status: int) -> None:
    found = FunctionDestination(RecordingLambda(lambda _: status), FUNCTION)

    with pytest.raises(BusyTargetError) as raised:
        found.send(a_dead_letter())

    assert str(raised.value) == f"returned status {status} instead of 202"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (service_error("InvalidRequestContentException"), RejectedEventError),
        (service_error("RequestTooLargeException"), RejectedEventError),
        (service_error("RequestEntityTooLargeException"), RejectedEventError),
        (service_error("SerializationException"), RejectedEventError),
        (service_error("ResourceNotFoundException"), BrokenTargetError),
        (ConnectionClosedError(endpoint_url="http://x"), UnreachableTargetError),
    ],
)
def test_what_lambda_says_is_about_the_event_or_about_the_function(
    error: Exception, kind: type[Exception]
) -> None:
    def invoke(**_: Any) -> Any:
        raise error

    with pytest.raises(kind):
        FunctionDestination(SimpleNamespace(invoke=invoke), FUNCTION).send(a_dead_letter())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("notify", "notify"),
        ("arn:aws:lambda", "arn"),
        ("arn:aws:lambda:us-east-1:1:function", "arn"),
        ("a:b:c:d:e:f:g:h", "a"),
        (f"{FUNCTION}:live", "notify"),
    ],
)
def test_a_name_is_taken_from_an_arn_of_a_function_only(name: str, expected: str) -> None:
    assert function_name(name) == expected


def test_a_replayed_event_is_the_payload_with_one_more_replay() -> None:
    functions = RecordingLambda()

    FunctionDestination(functions, FUNCTION).send(a_dead_letter(payload=an_event(replays=1)))

    assert functions.payloads == [an_event(replays=2).encode()]
    assert functions.payloads_read == 1
