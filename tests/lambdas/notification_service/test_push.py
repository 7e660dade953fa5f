from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channels.message_text import one_line
from serverless_runtime.notification_service.channels.push import channels
from serverless_runtime.notification_service.settings.push import PushSettings
from tests.lambdas.notification_service.stubbed_providers import Accepting, attributes_of, stubbed
from tests.lambdas.sample_titles import TITLES
from tests.lambdas.samples import a_task, an_event

TOPIC = "arn:aws:sns:eu-west-1:123456789012:phones"
PHONE = "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/tasks/0f1e2d3c-0000-4000-8000-000000000000"


def pushed(event: TaskEvent, target_arn: str = TOPIC) -> dict[str, str]:
    [channel] = channels(PushSettings(target_arn=target_arn))
    sns = Accepting()
    with stubbed("sns", sns):
        assert channel.send(event) == "sns-1"
    return sns.publishes[0]


def payloads(event: TaskEvent) -> dict[str, Any]:
    """What SNS hands to each push service, read as that service reads it."""
    message = json.loads(pushed(event)["Message"])
    default = message.pop("default")
    return {"default": default, **{name: json.loads(text) for name, text in message.items()}}


@pytest.mark.parametrize(("target_arn", "parameter"), [(TOPIC, "TopicArn"), (PHONE, "TargetArn")])
def test_a_phone_and_a_topic_are_each_published_to(
    aws_in_memory: None, target_arn: str, parameter: str
) -> None:
    publish = pushed(an_event(), target_arn)

    assert publish[parameter] == target_arn
    assert publish["MessageStructure"] == "json"
    assert len({"TopicArn", "TargetArn", "PhoneNumber"} & set(publish)) == 1


def test_apple_and_google_get_what_happened_as_each_wants_it(aws_in_memory: None) -> None:
    event = an_event()
    data = {
        "eventId": event.event_id,
        "eventType": "task.created.v1",
        "taskId": event.task.task_id,
    }

    sent = payloads(event)

    assert sent["default"] == "Task created: Buy milk"
    alert = {"title": "Task created", "body": "Buy milk"}
    assert sent["APNS"] == {"aps": {"alert": alert, "sound": "default"}, **data}
    assert sent["APNS_SANDBOX"] == sent["APNS"]
    message = sent["GCM"]["fcmV1Message"]["message"]
    assert message["notification"] == alert
    assert message["data"] == data


def test_a_second_copy_takes_the_place_of_the_first(aws_in_memory: None) -> None:
    event = an_event()

    attributes = attributes_of(pushed(event))
    message = payloads(event)["GCM"]["fcmV1Message"]["message"]

    assert attributes == {
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
        "AWS.SNS.MOBILE.APNS.PRIORITY": "10",
        "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": event.event_id,
    }
    assert message["android"]["collapse_key"] == event.event_id
    assert message["android"]["notification"]["tag"] == event.event_id
    assert message["apns"]["headers"]["apns-collapse-id"] == event.event_id


def test_a_collapse_id_has_at_most_the_bytes_that_apple_takes(aws_in_memory: None) -> None:
    event = replace(an_event(), event_id="ж" * 100)

    assert len(attributes_of(pushed(event))["AWS.SNS.MOBILE.APNS.COLLAPSE_ID"].encode()) <= 64


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_every_title_arrives_as_text_of_every_push_service(aws_in_memory: None, title: str) -> None:
    shown_whole = one_line(title) if len(one_line(title).encode()) <= 500 else None

    sent = payloads(an_event(a_task(title=title)))

    for body in (
        sent["APNS"]["aps"]["alert"]["body"],
        sent["GCM"]["fcmV1Message"]["message"]["notification"]["body"],
    ):
        assert body == shown_whole or (shown_whole is None and body.endswith("…"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None)), st.integers(1, 200))
def test_whatever_the_title_is_both_services_take_it(
    aws_in_memory: None, title: str, times: int
) -> None:
    message = json.loads(pushed(an_event(a_task(title=title * times)))["Message"])

    for payload in message.values():
        assert len(payload.encode()) <= 4096


@pytest.mark.parametrize(
    "target_arn",
    [
        f"{TOPIC}.fifo",
        "arn:aws:sns:eu-west-1:123456789012:app/GCM/tasks",
        "arn:aws:sqs:eu-west-1:123456789012:queue",
        "+447700900123",
    ],
)
def test_what_cannot_reach_a_phone_is_rejected(target_arn: str) -> None:
    with pytest.raises(ValueError, match=r"target_arn must look like .*standard topic.*, got"):
        PushSettings(target_arn=target_arn)
