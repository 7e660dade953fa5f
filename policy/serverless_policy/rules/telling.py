"""Rules about telling somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule
from serverless_policy.rules.delivery import failure_queues

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEPTH = "ApproximateNumberOfMessagesVisible"


def _silent_queues(resources: Sequence[Resource]) -> Iterator[Finding]:
    alarms = [alarm for alarm in of_type(resources, ALARM) if _tells_of_depth(alarm)]
    for queue in failure_queues(resources):
        if not any(_watches(alarm, queue) for alarm in alarms):
            yield Finding(queue, "failed events wait in it and nobody is told")


def _watches(alarm: Resource, queue: Resource) -> bool:
    return alarm.uses("dimensions", queue) or alarm.uses("metricQueries", queue)


def _tells_of_depth(alarm: Resource) -> bool:
    return (
        ("AWS/SQS", DEPTH) in _metrics(alarm)
        and alarm.get("alarmActions") not in (None, [])
        and alarm.get("actionsEnabled") in (None, True, UNKNOWN)
    )


def _metrics(alarm: Resource) -> list[tuple[object, object]]:
    """Its own metric, and those of its formula."""
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


def _unheard_topics(resources: Sequence[Resource]) -> Iterator[Finding]:
    alarms = list(of_type(resources, ALARM))
    subscriptions = list(of_type(resources, "aws:sns/topicSubscription:TopicSubscription"))
    for topic in of_type(resources, "aws:sns/topic:Topic"):
        is_told = any(alarm.uses("alarmActions", topic) for alarm in alarms)
        if is_told and not any(each.uses("topic", topic) for each in subscriptions):
            yield Finding(topic, "alarms report to it and nobody listens")


NO_ALARM = Rule(
    id="dead-letters-are-told-of",
    refuses="failure queues without an alarm on their depth",
    mend=f"Add an alarm on AWS/SQS {DEPTH} of the queue, with an action; AsyncHandoff makes one.",
    sees="stack",
    check=_silent_queues,
)
NO_SUBSCRIBER = Rule(
    id="somebody-hears-the-alarms",
    refuses="alarm topics that nobody subscribes to",
    mend="List people under internal-handoff:alarmEmails in the stack's file. A stack that nobody "
    "watches says so in policy/<stack>.json.",
    sees="stack",
    check=_unheard_topics,
)
