"""An event and its caller's own writes: together or not at all, and never lost afterwards."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response, Then
from serverless_runtime.shared.aws.errors import AwsCallError, ResponseError, ServiceError
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import DELIVERIES, OUTBOX, TARGET_ARN
from tests.lambdas.task_service.dynamo_wire import rejection, wire
from tests.lambdas.wire import Moto, moto_response, operation_of

EVENT = Event(
    event_id="e-1",
    correlation_id="order-4711",
    payload=b'{"type": "x"}',
    log_fields={"task_id": "t-1"},
    attributes={"subject": "4711"},
)
NOW = 1_772_357_400.0

# Any table will do for a caller's own; this one is there.
OWN_KEY = {"event_id": {"S": "own"}, "part": {"S": "own"}}
OWN_WRITE = {
    "Put": {
        "TableName": DELIVERIES,
        "Item": OWN_KEY,
        "ConditionExpression": "attribute_not_exists(event_id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
}


def a_handoff(outbox: str | None = OUTBOX) -> Handoff:
    settings = HandoffSettings(target_arn=TARGET_ARN, outbox_table_name=outbox)
    return Handoff(settings=settings, clock=lambda: NOW)


def own_row() -> dict[str, Any] | None:
    response = aws.boto3_client("dynamodb").get_item(TableName=DELIVERIES, Key=OWN_KEY)
    return dict(response["Item"]) if "Item" in response else None


def test_three_lines_hand_off(recorded_lambda: RecordedLambda) -> None:
    handoff = Handoff()
    event = Event(event_id="e-1", correlation_id="c-1", payload=b"{}")
    assert handoff.commit([OWN_WRITE], event)

    assert recorded_lambda.handed_off == [{}]
    assert own_row()
    assert rows() == []


def test_the_row_is_there_before_the_target_is_invoked_and_gone_after(
    recorded_lambda: RecordedLambda,
) -> None:
    seen: list[Any] = []
    recorded_lambda.before_response = lambda: seen.append((own_row(), len(rows())))

    a_handoff().commit([OWN_WRITE], EVENT)

    assert seen == [(OWN_KEY, 1)]
    assert rows() == []


@pytest.mark.parametrize(
    ("status", "unresponsive"), [(403, False), (429, False), (200, False), (0, True)]
)
def test_what_lambda_does_not_accept_stays_in_the_outbox(
    recorded_lambda: RecordedLambda, status: int, unresponsive: bool
) -> None:
    recorded_lambda.status, recorded_lambda.unresponsive = status, unresponsive

    assert not a_handoff().commit([OWN_WRITE], EVENT)

    assert own_row()
    [row] = rows()
    assert row == {
        "shard": row["shard"],
        "committed": {"S": "001772357400000#e-1"},
        "event_id": {"S": "e-1"},
        "correlation_id": {"S": "order-4711"},
        "log_fields": {"M": {"task_id": {"S": "t-1"}}},
        "attributes": {"M": {"subject": {"S": "4711"}}},
        "payload": {"B": EVENT.payload},
        "committed_at": {"N": "1772357400000"},
        "next_attempt_at": {"N": "1772357400000"},
        "attempts": {"N": "0"},
    }


@pytest.mark.parametrize("outbox", [OUTBOX, None], ids=["outbox", "direct"])
def test_a_condition_that_fails_stops_everything_and_is_reported_in_its_place(
    recorded_lambda: RecordedLambda, outbox: str | None
) -> None:
    other = {"Put": {"TableName": DELIVERIES, "Item": {**OWN_KEY, "part": {"S": "other"}}}}
    a_handoff().commit([OWN_WRITE], EVENT)
    recorded_lambda.payloads.clear()

    with pytest.raises(ServiceError) as raised:
        a_handoff(outbox).commit([other, OWN_WRITE], EVENT)

    reasons = raised.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons[:2]] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == OWN_KEY
    assert recorded_lambda.payloads == []
    assert rows() == []


def test_a_row_that_cannot_be_deleted_is_logged_and_left_to_the_relay(
    recorded_lambda: RecordedLambda, caplog: pytest.LogCaptureFixture
) -> None:
    with wire("DeleteItem", rejection("AccessDeniedException")):
        assert a_handoff().commit([OWN_WRITE], EVENT)

    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.message == "outbox row not deleted"
    assert vars(record)["event_id"] == "e-1"
    assert len(rows()) == 1


class Delayed(Moto):
    """Executes what nobody waits for when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.later: list[tuple[Request, Then]] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        return super().send(request)

    def send_without_waiting(self, request: Request, then: Then) -> None:
        self.later.append((request, then))


@pytest.fixture
def delayed(recorded_lambda: RecordedLambda, monkeypatch: pytest.MonkeyPatch) -> Delayed:
    delayed = Delayed()
    monkeypatch.setattr(aws.client("dynamodb"), "transport", delayed)
    return delayed


def test_a_commit_waits_for_its_transaction_and_the_invoke_alone(
    delayed: Delayed, recorded_lambda: RecordedLambda, caplog: pytest.LogCaptureFixture
) -> None:
    assert a_handoff().commit([OWN_WRITE], EVENT)

    assert [operation_of(request) for request in delayed.requests] == ["TransactWriteItems"]
    assert len(recorded_lambda.handed_off) == 1
    [(deletion, then)] = delayed.later
    then(moto_response(deletion))
    assert rows() == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "outcome", [Response(400, {}, b'{"__type": "x#ThrottlingException"}'), ResponseError("lost")]
)
def test_a_deletion_that_turns_out_to_have_failed_is_logged_as_soon_as_it_is_known(
    delayed: Delayed, outcome: Response | AwsCallError, caplog: pytest.LogCaptureFixture
) -> None:
    assert a_handoff().commit([OWN_WRITE], EVENT)
    [(_, then)] = delayed.later
    then(outcome)

    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (record.message, vars(record)["event_id"]) == ("outbox row not deleted", "e-1")
    assert record.exc_info
    assert len(rows()) == 1


def test_direct_delivery_writes_no_outbox_row(recorded_lambda: RecordedLambda) -> None:
    recorded_lambda.status = 403

    assert not a_handoff(outbox=None).commit([OWN_WRITE], EVENT)

    assert own_row()
    assert rows() == []


def test_events_are_spread_over_every_shard(recorded_lambda: RecordedLambda) -> None:
    recorded_lambda.status = 403
    for number in range(60):
        a_handoff().hand_off(Event(event_id=f"e-{number}", correlation_id="c", payload=b"{}"))

    assert {row["shard"]["S"] for row in rows()} == set(SHARDS)
