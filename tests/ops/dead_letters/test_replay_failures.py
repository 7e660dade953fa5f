"""`dead-letters replay` when the target or the queue fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from tests.ops.fakes import (
    Operator,
    Overriding,
    Queue,
    RecordingLambda,
    an_event,
    service_error,
)


def test_a_target_throttled_for_a_while_is_retried(queue: Queue) -> None:
    attempts: list[int] = []

    def throttle_twice(event: Any) -> int:
        attempts.append(1)
        if len(attempts) <= 2:
            raise service_error("TooManyRequestsException", status=429)
        return 202

    queue.add_failed(an_event())
    operator = Operator(queue, RecordingLambda(throttle_twice))

    assert operator.types("replay", "--apply").exit_code == 0
    assert operator.clock.slept == [1, 2]


def test_a_target_that_stays_throttled_stops_the_replay(queue: Queue) -> None:
    accepted: list[str] = []

    def throttle_after_ten(event: Any) -> int:
        if len(accepted) == 10:
            raise service_error("TooManyRequestsException", status=429)
        accepted.append(event["id"])
        return 202

    for number in range(34):
        queue.add_failed(an_event(f"e-{number}"))

    result = Operator(queue, RecordingLambda(throttle_after_ten)).types("replay", "--apply")

    assert result.exit_code == 1
    assert "replay stopped after 10 of 34 dead letters, at " in result.stderr
    assert ": target returned Throttled; run it again to continue" in result.stderr
    assert (queue.visible(), queue.hidden()) == (24, 0)


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (service_error("ServiceException", status=500), 1, "target returned ServiceException"),
        (
            service_error("ResourceNotFoundException"),
            3,
            "target returned ResourceNotFoundException",
        ),
        (service_error("AccessDeniedException"), 3, "target returned AccessDeniedException"),
        (EndpointConnectionError(endpoint_url="https://x"), 3, "target could not be reached"),
    ],
)
def test_a_target_that_does_not_accept_stops_the_replay_and_is_quoted(
    queue: Queue, error: Exception, status: int, text: str
) -> None:
    def reject(event: Any) -> int:
        raise error

    queue.add_failed(an_event())

    result = Operator(queue, RecordingLambda(reject)).types("replay", "--apply")

    assert result.exit_code == status
    assert text in result.stderr
    assert queue.visible() == 1


def test_a_response_other_than_202_is_no_acceptance(queue: Queue) -> None:
    queue.add_failed(an_event())

    result = Operator(queue, RecordingLambda(lambda event: 200)).types("replay", "--apply")

    assert result.exit_code == 1
    assert "target returned status 200 instead of 202" in result.stderr
    assert queue.visible() == 1


def test_an_event_that_alone_is_rejected_fails_and_the_others_go_on(queue: Queue) -> None:
    def reject_one(event: Any) -> int:
        if event["id"] == "large":
            raise service_error("RequestTooLargeException", status=413)
        return 202

    queue.add_failed(an_event("large"))
    queue.add_failed(an_event("small"))

    result = Operator(queue, RecordingLambda(reject_one)).types("replay", "--apply", "--json")

    assert result.exit_code == 1
    assert (json.loads(result.stdout)["replayed"], json.loads(result.stdout)["failed"]) == (1, 1)
    assert queue.visible() == 1


def test_a_message_that_cannot_be_deleted_is_reported_and_the_others_go_on(
    queue: Queue,
) -> None:
    first: list[str] = []

    def delete(**arguments: Any) -> Any:
        if not first:
            first.append(arguments["ReceiptHandle"])
            raise service_error("ReceiptHandleIsInvalid", "DeleteMessage")
        return queue.sqs.delete_message(**arguments)

    queue.add_failed(an_event("e-1"))
    queue.add_failed(an_event("e-2"))
    operator = Operator(queue, sqs=Overriding(queue.sqs, delete_message=delete))

    result = operator.types("replay", "--apply")

    assert result.exit_code == 1
    assert "accepted, but SQS did not confirm the deletion" in " ".join(result.stdout.split())
    assert queue.visible() == 1


def test_a_deletion_whose_answer_is_lost_is_not_said_to_have_failed(queue: Queue) -> None:
    def delete(**arguments: Any) -> Any:
        queue.sqs.delete_message(**arguments)
        raise ConnectionClosedError(endpoint_url=queue.url)

    queue.add_failed(an_event())
    operator = Operator(queue, sqs=Overriding(queue.sqs, delete_message=delete))

    result = operator.types("replay", "--apply")

    said = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "did not confirm the deletion: Connection was closed" in said
    assert "if the message is still there, a later replay hands it over again" in said
    assert (queue.visible(), queue.hidden()) == (0, 0)


def test_a_message_that_another_reader_has_received_is_not_replayed(queue: Queue) -> None:
    queue.add_failed(an_event())
    operator = Operator(queue)

    def receive_slowly(**arguments: Any) -> Any:
        response = queue.sqs.receive_message(**arguments)
        operator.clock.seconds += 200
        return response

    def reject(**arguments: Any) -> Any:
        return {"Failed": [{"Id": entry["Id"]} for entry in arguments["Entries"]]}

    operator.sqs = Overriding(
        queue.sqs, receive_message=receive_slowly, change_message_visibility_batch=reject
    )

    result = operator.types("replay", "--apply")

    assert result.exit_code == 1
    assert operator.functions.events == []
    assert "no longer held: another reader has received" in " ".join(result.stdout.split())


def test_what_sqs_never_returns_is_reported(queue: Queue) -> None:
    queue.add_failed(an_event())
    sqs = Overriding(queue.sqs, receive_message=lambda **arguments: {})

    result = Operator(queue, sqs=sqs).types("replay", "--apply")

    assert result.exit_code == 1
    assert "unread" in result.stdout
    assert "SQS did not return them; run it again" in " ".join(result.stdout.split())


def test_what_a_killed_run_still_hides_is_reported_and_is_no_success(
    queue: Queue, operator: Operator
) -> None:
    queue.add_failed(an_event("e-1"))
    queue.add_failed(an_event("e-2"))
    queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=300)

    result = operator.types("replay", "--apply")

    assert result.exit_code == 1
    assert len(operator.functions.events) == 1
    assert "a run was killed and they are visible again within 5 minutes" in " ".join(
        result.stdout.split()
    )
