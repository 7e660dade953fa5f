"""The Notifier: an event that is published once is worked on by each subscriber that wants it.

publishers --> topic --filter--> a queue of each subscriber --> its function
                 └─ what a queue does not take --> dead letters <-- after the last attempt
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pulumi

from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.event_filter import EventType
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.topic_alarms import topic_alarms, topic_row
from pulumi_serverless.blocks.subscription import (
    SubscriberArgs,
    Subscription,
    SubscriptionArgs,
)
from pulumi_serverless.blocks.topic import Topic, TopicArgs

# https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
MAX_SUBSCRIBERS = 200
"""A topic has at most so many filters."""


@dataclass(frozen=True, kw_only=True)
class NotifierArgs(Arguments):
    """What subscribers may rely on."""

    foundation: Foundation
    """How queues are kept and encrypted, and whom alarms notify."""

    events: Sequence[EventType]
    """Every type of event that is published, with what subscribers may choose by."""

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [event.name for event in self.events]
        if not names:
            raise ValueError("events must name at least one type, got 0")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"events must have names of their own, got two of {twice[0]!r}")


class Notifier(Component):
    """A topic, and for each subscriber a queue of its own."""

    topic: Topic
    """Where events are published."""

    event_types: list[str]
    """The names of the types, for what publishes."""

    subscriptions: dict[str, Subscription]
    """The subscribers by name."""

    def __init__(
        self, name: str, args: NotifierArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Notifier", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.event_types = [event.name for event in args.events]
        self.subscriptions = {}
        self.topic = Topic(
            name, TopicArgs(encryption_key=args.foundation.encryption_key), opts=self._child
        )
        declared = topic_alarms(self.topic, foundation=args.foundation)
        self._alarms = make_alarms(name, declared, self._child)
        self.register_outputs({"topic_arn": self.topic.arn})

    def subscribe(self, name: str, args: SubscriberArgs) -> Subscription:
        """Let a function work on the events that it wants; a program of another stack creates a
        `Subscription` by the topic's ARN instead.

        ValueError for a second subscriber of that name, a filter that could match nothing, and what
        the queue or its consumer rejects.
        """
        if name in self.subscriptions:
            raise ValueError(f"each subscriber must have a name of its own, got two of {name!r}")
        if len(self.subscriptions) == MAX_SUBSCRIBERS:
            raise ValueError(f"a topic must have at most {MAX_SUBSCRIBERS} subscribers, got more")
        subscription = Subscription(
            f"{self._name}-{name}",
            SubscriptionArgs(
                foundation=self._args.foundation,
                topic_arn=self.topic.arn,
                events=self._args.events,
                **{each.name: getattr(args, each.name) for each in fields(SubscriberArgs)},
            ),
            opts=self._child,
        )
        self.subscriptions[name] = subscription
        return subscription

    @property
    def alarms(self) -> list[Alarm]:
        """Those of the topic, then those of each subscriber."""
        return [*self._alarms, *(each for one in self._subscribed for each in one.alarms)]

    @property
    def functions(self) -> list[PythonFunction]:
        """Those of the subscribers."""
        return [function for each in self._subscribed for function in each.functions]

    def dashboard_rows(self) -> list[DashboardRow]:
        """The topic, then each subscriber's queue and dead letters."""
        rows = [row for each in self._subscribed for row in each.dashboard_rows()]
        return [topic_row(self.topic), *rows]

    def log_queries(self) -> dict[str, str]:
        """Which events failed, and why."""
        return {
            title: query for each in self._subscribed for title, query in each.log_queries().items()
        }

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where the dead letters of each subscriber are."""
        dead_letters = [each.operations()["deadLetters"] for each in self._subscribed]
        return {"deadLetters": {name: one for each in dead_letters for name, one in each.items()}}

    @property
    def _subscribed(self) -> list[Subscription]:
        return list(self.subscriptions.values())
