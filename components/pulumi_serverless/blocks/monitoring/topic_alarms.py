"""The alarms on what a topic could not deliver, and its row of the dashboard."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, metric_graph
from pulumi_serverless.blocks.topic import Topic


def topic_alarms(topic: Topic, *, foundation: Foundation) -> list[AlarmArgs]:
    """Return the alarms on deliveries that failed, and on those that are lost.

    SNS publishes no such metrics while nothing fails.
    """
    name = topic.logical_name
    return [
        AlarmArgs(
            id="delivery-failed",
            description=f"The topic {name} gave up a delivery to a subscriber's queue. The message "
            "is among the subscriber's dead letters, unless the alarm delivery-lost is firing as "
            "well.",
            metric=topic.metric("NumberOfNotificationsFailed", "Sum"),
            foundation=foundation,
        ),
        AlarmArgs(
            id="delivery-lost",
            description=f"The topic {name} could neither deliver to a subscriber's queue nor keep "
            "the message in its dead letters: this subscriber has lost it.",
            metric=topic.metric("NumberOfNotificationsFailedToRedriveToDlq", "Sum"),
            foundation=foundation,
        ),
    ]


def topic_row(topic: Topic) -> DashboardRow:
    """Return what is published, and what becomes of it."""
    published = {"published": "NumberOfMessagesPublished"}
    deliveries = {
        "delivered": "NumberOfNotificationsDelivered",
        "filtered out": "NumberOfNotificationsFilteredOut",
    }
    failures = {
        "failed": "NumberOfNotificationsFailed",
        "dead letters": "NumberOfNotificationsRedrivenToDlq",
        "lost": "NumberOfNotificationsFailedToRedriveToDlq",
    }
    return DashboardRow(
        title=f"Topic {topic.logical_name}",
        graphs=[
            metric_graph("Published", topic.metric, "Sum", published),
            metric_graph("For all subscribers", topic.metric, "Sum", deliveries),
            metric_graph("Not delivered", topic.metric, "Sum", failures),
        ],
    )
