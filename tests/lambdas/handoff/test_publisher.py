"""An event and its publisher's own writes: it reaches a topic or a queue, or waits."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.handoff import Event
from serverless_runtime.handoff.event_limits import (
    MAX_ATTRIBUTES_BYTES,
    MAX_ID_BYTES,
    MAX_PAYLOAD_BYTES,
)
from serverless_runtime.handoff.message import attributes_of, body_of, require_message
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.publisher import Publisher
from serverless_runtime.handoff.received import ReceivedEvent
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import relay_shard
from serverless_runtime.handoff.relay.ports import Report
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Response
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.test_commit import OWN_WRITE, own_row
from tests.lambdas.json_texts import json_texts
from tests.lambdas.tables import OUTBOX

NOW = 1_772_357_400.0
TYPE = "invoice.created.v1"

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: with the attributes. SQS takes more.
SNS_MAX_BYTES = 262_144

Received = Callable[[], list[dict[str, Any]]]


def an_event(**attributes: str) -> Event:
    return Event(
        event_id="e-1",
        correlation_id="c-1",
        payload=b'{"total": 120}',
        attributes={"type": TYPE, **attributes},
    )


@pytest.fixture
def queue(aws_in_memory: None) -> tuple[str, str]:
    """URL and ARN."""
    sqs = aws.boto3_client("sqs")
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


@pytest.fixture(params=["topic", "queue"])
def target(request: pytest.FixtureRequest, queue: tuple[str, str]) -> HandoffSettings:
    """A topic with the queue as its subscriber, or the queue itself."""
    url, arn = queue
    if request.param == "queue":
        return HandoffSettings(target_arn=url, outbox_table_name=OUTBOX)
    sns = aws.boto3_client("sns")
    topic = sns.create_topic(Name="invoices")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    return HandoffSettings(target_arn=topic, outbox_table_name=OUTBOX)


@pytest.fixture
def received(queue: tuple[str, str]) -> Received:
    def read() -> list[dict[str, Any]]:
        found = aws.boto3_client("sqs").receive_message(
            QueueUrl=queue[0], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(found.get("Messages", []))

    return read


def a_publisher(target: HandoffSettings) -> Publisher:
    return Publisher(settings=target, clock=lambda: NOW)


def test_an_event_is_committed_with_the_writes_and_arrives_as_it_is(
    target: HandoffSettings, received: Received
) -> None:
    assert a_publisher(target).commit([OWN_WRITE], an_event(region="eu"))

    [message] = received()
    event = ReceivedEvent.from_payload(json.loads(message["Body"]))
    assert (event.event_id, event.payload) == ("e-1", {"total": 120})
    assert {name: each["StringValue"] for name, each in message["MessageAttributes"].items()} == {
        "type": TYPE,
        "region": "eu",
    }
    assert own_row()
    assert rows() == []


def test_an_event_whose_publish_fails_waits_and_the_relay_publishes_it(
    target: HandoffSettings, received: Received, request: pytest.FixtureRequest
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serverless_runtime.shared.aws.service_client.delay_seconds", lambda *_: 0)
        busy = Response(503, {}, b"")
        sns, sqs = (aws.client(service).transport for service in ("sns", "sqs"))
        with sns.watched("*", lambda _: busy), sqs.watched("*", lambda _: busy):
            assert not a_publisher(target).commit([OWN_WRITE], an_event())
    assert own_row()
    assert len(rows()) == 1

    assert relayed(target) == Report(oldest_age_seconds=60, backlog=1, handed_off=1)

    assert len(received()) == 1
    assert rows() == []


def relayed(target: HandoffSettings) -> Report:
    def never(*_: object) -> None:
        raise AssertionError("a message is never dead-lettered")

    return sum(
        (
            relay_shard(
                shard,
                outbox=DynamoOutbox(OUTBOX),
                target=target_of(target),
                dead_letter=never,
                minimum_age_seconds=45,
                has_time=lambda: True,
                clock=lambda: NOW + 60,
            )
            for shard in SHARDS
        ),
        start=Report(),
    )


def test_writes_that_are_refused_publish_nothing(
    target: HandoffSettings, received: Received
) -> None:
    a_publisher(target).commit([OWN_WRITE], an_event())
    received()

    with pytest.raises(Exception, match="TransactionCanceled"):
        a_publisher(target).commit([OWN_WRITE], an_event())

    assert received() == []
    assert rows() == []


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({}, "attributes must have a type, .*, got none"),
        ({"subject": "7"}, "attributes must have a type, .*, got subject"),
        ({"type": TYPE, **{f"a{n}": "x" for n in range(10)}}, "at most 10 in a message, got 11"),
        ({"type": TYPE, "AWS.x": "1"}, "names of attributes .*, got 'AWS.x'"),
        ({"type": TYPE, "a..b": "1"}, r"names of attributes .*, got 'a\.\.b'"),
        ({"type": TYPE, "region": "\x00"}, r"attributes\[region\] must have no control characters"),
        ({"type": TYPE, "region": "\uffff"}, r"or such as U\+FFFE, got U\+FFFF at 0"),
        ({"type": "invoice.craeted.v1"}, f"type must be one of {TYPE}, got 'invoice.craeted.v1'"),
    ],
)
def test_what_no_subscriber_could_choose_is_refused_before_anything_is_stored(
    aws_in_memory: None, attributes: dict[str, str], text: str
) -> None:
    topic = HandoffSettings(target_arn="arn:aws:sns:r:1:t", outbox_table_name=OUTBOX)
    publisher = Publisher(settings=topic, event_types=[TYPE])
    event = Event(event_id="e", correlation_id="c", payload=b"{}", attributes=attributes)

    for publish in (publisher.publish, functools.partial(publisher.commit, [OWN_WRITE])):
        with pytest.raises(ValueError, match=text):
            publish(event)

    assert own_row() is None
    assert rows() == []


@pytest.mark.parametrize("character", ["\n", "é", "\U0001f4a7"])
def test_the_largest_event_fits_a_message(character: str) -> None:
    payload = b'"%s"' % (b"x" * (MAX_PAYLOAD_BYTES - 2))
    named = len("typexax")
    value = "x" + character * ((MAX_ATTRIBUTES_BYTES - named) // len(character.encode()))
    event = Event(
        event_id="\0" * MAX_ID_BYTES,
        correlation_id="\0" * MAX_ID_BYTES,
        payload=payload,
        attributes={"type": "x", "a": value},
    )

    require_message(event)

    names_and_values = (f"{name}String{text}" for name, text in event.attributes.items())
    assert len("".join([body_of(event), *names_and_values]).encode()) <= SNS_MAX_BYTES


@given(payload=json_texts)
def test_a_body_has_only_characters_that_sqs_takes_and_means_the_same(payload: str) -> None:
    event = Event(
        event_id="e", correlation_id="c", payload=payload.encode(), attributes={"type": "t"}
    )

    body = body_of(event)

    assert not {"\ufffe", "\uffff"} & set(body)
    assert all(ord(each) >= 0x20 or each in "\t\n\r" for each in body)
    assert json.loads(body)["data"] == json.loads(payload)


@pytest.mark.parametrize("text", ['"\uffff"', '"\\uFFFE"'])
def test_a_payload_that_sqs_would_refuse_is_no_event(text: str) -> None:
    with pytest.raises(ValueError, match=r"U\+FFF[EF] is not a character"):
        Event(event_id="e", correlation_id="c", payload=text.encode(), attributes={"type": "t"})


@given(value=st.text(min_size=1).filter(str.strip))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_let_through_is_what_sqs_takes(value: str) -> None:
    event = Event(
        event_id="e", correlation_id="c", payload=b"{}", attributes={"type": "t", "a": value}
    )

    try:
        require_message(event)
    except ValueError:
        assert any(ord(each) < 0x20 or each in "\ufffe\uffff" for each in value)
    else:
        assert attributes_of(event)["a"]["StringValue"] == value
        assert not {"\x00", "\ufffe", "\uffff"} & set(value)


@pytest.mark.parametrize("arn", ["arn:aws:sqs:r:1:q", "arn:aws:s3:::b"])
def test_a_target_that_events_cannot_be_sent_to_is_refused(arn: str) -> None:
    with pytest.raises(
        ValueError, match="target_arn must be that of a function or a topic, or the URL of a queue"
    ):
        target_of(HandoffSettings(target_arn=arn))
