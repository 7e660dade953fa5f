"""A caller may pass clients of its own: boto3's work as the small ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from serverless_runtime.handoff import Event, Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import relay_shard
from serverless_runtime.handoff.relay.handler import dead_letter_depth
from serverless_runtime.handoff.relay.ports import Report
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.shared import aws
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.test_commit import OWN_WRITE, own_row
from tests.lambdas.recorded_lambda import RawBody, RecordedLambda
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, OUTBOX, TARGET_ARN

EVENT = Event(event_id="e-1", correlation_id="c", payload=b'{"type": "x"}', log_fields={"id": "1"})

Client = Callable[[str], Any]


@pytest.fixture(params=["boto3", "small"])
def client(request: pytest.FixtureRequest, recorded_lambda: RecordedLambda) -> Client:
    """Returns a client of a service: boto3's or a small one, both with moto behind them."""
    if request.param == "small":
        return aws.client

    def made(service: str) -> Any:
        client = boto3.client(service)
        if service == "lambda":
            client.meta.events.register_first("before-send", _recorded(recorded_lambda))
        return client

    return made


def _recorded(target: RecordedLambda) -> Callable[..., AWSResponse]:
    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target.payloads.append(json.loads(request.body))
        headers = {} if target.status < 400 else {"x-amzn-errortype": "AccessDeniedException"}
        return AWSResponse(request.url, target.status, headers, RawBody(b"{}"))

    return respond


def test_a_handoff_needs_nothing_but_its_client(client: Client) -> None:
    handoff = Handoff(client=client("dynamodb"), target_client=client("lambda"))

    assert handoff.commit([OWN_WRITE], EVENT)
    assert own_row()
    assert rows() == []


def test_the_client_for_dynamodb_alone_can_be_given(
    client: Client, recorded_lambda: RecordedLambda
) -> None:
    assert Handoff(client=client("dynamodb")).hand_off(EVENT)
    assert recorded_lambda.handed_off == [{"type": "x"}]


def test_what_the_client_raises_is_raised(client: Client) -> None:
    handoff = Handoff(client=client("dynamodb"), target_client=client("lambda"))
    handoff.commit([OWN_WRITE], EVENT)

    with pytest.raises(ClientError) as raised:
        handoff.commit([OWN_WRITE], EVENT)

    assert raised.value.response["Error"]["Code"] == "TransactionCanceledException"
    [own, outbox] = raised.value.response["CancellationReasons"]
    assert (own["Code"], own["Item"]) == ("ConditionalCheckFailed", own_row())
    assert outbox == {"Code": "None"}


def test_an_event_that_is_not_accepted_is_relayed(
    client: Client, recorded_lambda: RecordedLambda
) -> None:
    recorded_lambda.status = 403
    handoff = Handoff(
        client=client("dynamodb"), target_client=client("lambda"), clock=lambda: 1_000_000
    )
    assert not handoff.hand_off(EVENT)
    [row] = rows()
    assert row["payload"] == {"B": EVENT.payload}

    recorded_lambda.status = 202
    recorded_lambda.payloads.clear()
    reports = [
        relay_shard(
            shard,
            outbox=DynamoOutbox(OUTBOX, client("dynamodb")),
            target=target_of(HandoffSettings(target_arn=TARGET_ARN), client("lambda")),
            dead_letter=lambda event, rejection: None,
            minimum_age_seconds=45,
            has_time=lambda: True,
        )
        for shard in SHARDS
    ]

    assert sum(reports, start=Report()).handed_off == 1
    assert recorded_lambda.handed_off == [{"type": "x"}]
    assert rows() == []


def test_a_claim_that_another_has_taken_is_left_alone(client: Client) -> None:
    outbox = DynamoOutbox(OUTBOX, client("dynamodb"))
    nobody = Handoff(client=client("dynamodb"), target_client=object(), clock=lambda: 1_000_000)
    nobody.hand_off(EVENT)
    [row] = [
        row for shard in SHARDS for row in outbox.oldest_first(shard, committed_before=2 * 10**9)
    ]
    claim = outbox.claim(row, owner="one", next_attempt_at=1)

    assert claim is not None
    assert claim.event == EVENT
    assert outbox.claim(row, owner="two", next_attempt_at=2) is None
    assert outbox.claim(row, owner="one", next_attempt_at=1) == claim


def test_the_depth_of_the_dead_letter_queue_is_read(client: Client) -> None:
    client("sqs").send_message(QueueUrl=DEAD_LETTER_QUEUE_URL, MessageBody="{}")

    assert dead_letter_depth(DEAD_LETTER_QUEUE_URL, client("sqs")) == 1
