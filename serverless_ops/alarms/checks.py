"""Finds what would keep an alarm from notifying anyone, without firing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from serverless_ops.alarms.alarm_state import AlarmState

# CloudWatch may not use it: its key policy names SNS's users only, and cannot be changed.
# https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
_KEY_CLOUDWATCH_CANNOT_USE = "alias/aws/sns"

_PENDING = "PendingConfirmation"


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The alarm topic and its subscribers."""

    arn: str
    key: str | None
    confirmed: int
    pending: list[str]
    """Protocols of the subscriptions that nobody has confirmed."""


def read_topic(sns: Any, arn: str) -> Topic:
    """Return the topic. Raises botocore's errors."""
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


def topic_problems(topic: Topic) -> list[str]:
    """Return what is wrong with the topic and its subscriptions."""
    problems = []
    if not topic.confirmed:
        problems.append("nobody is notified of alarms: the topic has no confirmed subscriber")
    problems += [
        f"an {protocol} subscription is not confirmed: open the link that SNS sent, "
        "or deploy again to get a new one"
        for protocol in topic.pending
    ]
    if topic.key == _KEY_CLOUDWATCH_CANNOT_USE:
        problems.append(
            f"the topic is encrypted with {topic.key}, which CloudWatch may not use: "
            "encrypt it with a customer managed key whose policy allows cloudwatch.amazonaws.com"
        )
    return problems


def alarm_problems(alarms: Iterable[AlarmState], topic_arn: str) -> list[str]:
    """Return which alarms cannot reach the topic, and why."""
    problems = []
    for alarm in alarms:
        if alarm.state == "MISSING":
            missing = alarm.cloudwatch_name
            problems.append(f"{alarm.name}: there is no alarm {missing}; deploy again")
        elif not alarm.actions_enabled:
            problems.append(f"{alarm.name}: its actions are disabled; deploy again")
        elif topic_arn not in alarm.actions:
            problems.append(f"{alarm.name}: it does not notify the alarm topic; deploy again")
    return problems
