"""SNS: phones receive what is pushed to them, and what a queue does not take is kept."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference
from local.emulator.patches.cloudwatch import record_metric

DIFFERENCES = (
    Difference(
        aws="a topic delivers to each phone the part of a message that is for its platform",
        emulator="drops what is published to phones",
        workaround="the part goes to the queue that the phone's user data names",
    ),
    Difference(
        aws="what a subscribed queue does not take goes to the subscription's dead-letter queue",
        emulator="drops it",
        workaround="local/emulator/patches/sns.py sends it there, if that queue's policy allows it",
    ),
    Difference(
        aws="SNS counts what is published, delivered, filtered out, failed and dead-lettered",
        emulator="publishes no SNS metrics",
        workaround="local/emulator/patches/sns.py counts as documented by AWS, queues only",
    ),
)

_SERVICE = "sns.amazonaws.com"


def apply() -> None:
    """Patch where messages go, and count them. Queues first: phones are served through one."""
    sns: Any = import_module("ministack.services.sns")
    _keep_what_queues_do_not_take(sns)
    _count_filtered_messages(sns)
    _send_to_phones(sns)


def _keep_what_queues_do_not_take(sns: Any) -> None:
    """AWS attempts a client-side error, such as a queue or a permission that is not there, once.

    https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
    """
    deliver = sns._deliver_to_sqs

    def deliver_or_keep(queue_arn: str, *message: Any, topic_arn: str = "", **named: Any) -> None:
        if _takes(queue_arn, topic_arn):
            deliver(queue_arn, *message, topic_arn=topic_arn, **named)
            _count("NumberOfNotificationsDelivered", topic_arn)
            return
        _count("NumberOfNotificationsFailed", topic_arn)
        dead_letters = _dead_letter_queue(sns, topic_arn, queue_arn)
        if dead_letters is None:
            return
        if _takes(dead_letters, topic_arn):
            deliver(dead_letters, *message, topic_arn=topic_arn, **named)
            _count("NumberOfNotificationsRedrivenToDlq", topic_arn)
        else:
            _count("NumberOfNotificationsFailedToRedriveToDlq", topic_arn)

    sns._deliver_to_sqs = deliver_or_keep


def _dead_letter_queue(sns: Any, topic_arn: str, queue_arn: str) -> str | None:
    topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
    policies = [
        subscription["attributes"].get("RedrivePolicy")
        for subscription in topic["subscriptions"]
        if subscription["endpoint"] == queue_arn
    ]
    # A topic has at most one subscription for an endpoint; an emptied policy is "{}".
    return next((json.loads(each).get("deadLetterTargetArn") for each in policies if each), None)


def _takes(queue_arn: str, topic_arn: str) -> bool:
    sqs: Any = import_module("ministack.services.sqs")
    account = [*topic_arn.split(":"), *[""] * 5][4]
    return sqs._queue_by_arn(queue_arn) is not None and bool(
        sqs.queue_policy_allows(queue_arn, _SERVICE, topic_arn, account)
    )


def _count_filtered_messages(sns: Any) -> None:
    matches = sns._matches_filter_policy

    def matches_or_counts(subscription: Any, *message: Any) -> bool:
        matching = bool(matches(subscription, *message))
        if not matching:
            _count("NumberOfNotificationsFilteredOut", subscription["topic_arn"])
        return matching

    sns._matches_filter_policy = matches_or_counts


def _send_to_phones(sns: Any) -> None:
    """Send what a topic pushes to a phone to the queue that the phone's user data names."""
    fan_out = sns._fanout

    def fan_out_to_phones(  # noqa: PLR0917 -- as MiniStack calls it
        topic_arn: str,
        message_id: str,
        message: str,
        subject: str,
        structure: str = "",
        attributes: Any = None,
        **fifo: Any,
    ) -> None:
        _count("NumberOfMessagesPublished", topic_arn)
        fan_out(topic_arn, message_id, message, subject, structure, attributes, **fifo)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
        for subscription in topic["subscriptions"]:
            phone = sns._platform_endpoints.get(subscription["endpoint"])
            if phone is None:
                continue
            platform = phone["application_arn"].split("/")[1]
            shown = sns._resolve_message_for_protocol(message, structure, platform)
            sns._deliver_to_sqs(
                phone["attributes"]["CustomUserData"],
                "",
                True,  # raw, without SNS's envelope
                shown,
                message_attributes=attributes,
                topic_arn=topic_arn,
            )

    sns._fanout = fan_out_to_phones


def _count(metric: str, topic_arn: str) -> None:
    record_metric("AWS/SNS", metric, 1, TopicName=topic_arn.rpartition(":")[2])
