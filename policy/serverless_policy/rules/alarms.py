"""Rules about notifications of failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule
from serverless_policy.rules.delivery import failure_queues

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEPTH = "ApproximateNumberOfMessagesVisible"


def _queues_without_alarm(resources: Sequence[Resource]) -> Iterator[Finding]:
    alarms = [alarm for alarm in of_type(resources, ALARM) if _reports_depth(alarm)]
    for queue in failure_queues(resources):
        if not any(_watches(alarm, queue) for alarm in alarms):
            yield Finding(queue, "failed events wait in it, and no alarm reports them")


def _watches(alarm: Resource, queue: Resource) -> bool:
    return alarm.uses("dimensions", queue) or alarm.uses("metricQueries", queue)


def _reports_depth(alarm: Resource) -> bool:
    return (
        ("AWS/SQS", DEPTH) in _metrics(alarm)
        and alarm.get("alarmActions") not in (None, [])
        and alarm.get("actionsEnabled") in (None, True, UNKNOWN)
    )


def _metrics(alarm: Resource) -> list[tuple[object, object]]:
    """Its own metric, and those of its math expression."""
    own = (alarm.get("namespace"), alarm.get("metricName"))
    queries = alarm.get("metricQueries")
    sources = [each.get("metric") for each in queries] if isinstance(queries, list) else []
    return [
        own,
        *(
            (each.get("namespace"), each.get("metricName"))
            for each in sources
            if isinstance(each, Mapping)
        ),
    ]


def _topics_without_subscriber(resources: Sequence[Resource]) -> Iterator[Finding]:
    alarms = list(of_type(resources, ALARM))
    subscriptions = list(of_type(resources, "aws:sns/topicSubscription:TopicSubscription"))
    for topic in of_type(resources, "aws:sns/topic:Topic"):
        has_alarms = any(alarm.uses("alarmActions", topic) for alarm in alarms)
        if has_alarms and not any(each.uses("topic", topic) for each in subscriptions):
            yield Finding(topic, "alarms notify it, and it has no subscribers")


NO_ALARM = Rule(
    id="dead-letters-have-an-alarm",
    rejects="failure queues without an alarm on their depth",
    remediation=f"Add an alarm on AWS/SQS {DEPTH} of the queue, with an action; AsyncHandoff "
    "creates one.",
    sees="stack",
    check=_queues_without_alarm,
)
NO_SUBSCRIBER = Rule(
    id="alarms-have-a-subscriber",
    rejects="alarm topics without subscribers",
    remediation="Add a subscriber to the topic: AlarmTopicArgs(subscribers=[...]), or the stack's "
    "alarmEmails. A stack without operators is exempted in policy/<stack>.json.",
    sees="stack",
    check=_topics_without_subscriber,
)
