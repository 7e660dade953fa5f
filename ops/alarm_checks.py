"""Finds what keeps an alarm from being heard, as far as that shows without setting it off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ops.alarm_states import AlarmState

# CloudWatch may not use it: its key policy names SNS's users only, and cannot be changed.
# https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
_KEY_CLOUDWATCH_CANNOT_USE = "alias/aws/sns"

_PENDING = "PendingConfirmation"


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The alarm topic and who listens to it."""

    arn: str
    key: str | None
    confirmed: int
    pending: list[str]
    """Protocols of the subscriptions that nobody has confirmed."""


def read_topic(sns: Any, arn: str) -> Topic:
    """Raises botocore's errors."""
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    found = [each for page in pages for each in page["Subscriptions"]]
    pending = [each["Protocol"] for each in found if each["SubscriptionArn"] == _PENDING]
    return Topic(
        arn=arn,
        key=attributes.get("KmsMasterKeyId"),
        confirmed=len(found) - len(pending),
        pending=pending,
    )


def problems_of_topic(topic: Topic) -> list[str]:
    """Say why nobody, or not everybody, would hear of any alarm."""
    problems = []
    if not topic.confirmed:
        problems.append("nobody hears of alarms: the topic has no confirmed subscriber")
    problems += [
        f"a subscriber by {protocol} has not confirmed: open the link that SNS sent, "
        "or deploy anew to have it sent again"
        for protocol in topic.pending
    ]
    if topic.key == _KEY_CLOUDWATCH_CANNOT_USE:
        problems.append(
            f"the topic is encrypted with {topic.key}, which CloudWatch may not use: "
            "encrypt it with a key of your own that lets cloudwatch.amazonaws.com use it"
        )
    return problems


def problems_of_alarms(alarms: Iterable[AlarmState], topic_arn: str) -> list[str]:
    """Say which alarms could not reach the topic."""
    problems = []
    for alarm in alarms:
        if alarm.state == "MISSING":
            problems.append(f"{alarm.kind}: there is no alarm {alarm.name}; deploy anew")
        elif not alarm.actions_enabled:
            problems.append(f"{alarm.kind}: its actions are disabled; deploy anew")
        elif topic_arn not in alarm.actions:
            problems.append(f"{alarm.kind}: it does not report to the alarm topic; deploy anew")
    return problems
