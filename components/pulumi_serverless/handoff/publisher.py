"""Publishing to a topic or a queue, together with the publisher's own writes.

caller --one transaction--> its own table and the outbox --relay, every minute--> topic or queue
   └─ publish, at once --> topic or queue
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import pulumi

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.event_filter import ONE_WORD
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.queue import Queue
from pulumi_serverless.blocks.topic import Topic
from pulumi_serverless.handoff.alarms.outbox_alarms import outbox_alarms
from pulumi_serverless.handoff.alarms.thresholds import OutboxThresholds
from pulumi_serverless.handoff.async_handoff import CALLER_CODE, Delivery
from pulumi_serverless.handoff.dashboard import outbox_row
from pulumi_serverless.handoff.outbox import Outbox, OutboxArgs, RelayMinimumAge
from serverless_runtime.handoff.settings import EVENT_TYPES, handoff_environment, handoff_prefix

MAX_EVENT_TYPES = 100


@dataclass(frozen=True, kw_only=True)
class PublisherArgs(Arguments):
    """What is published, and where."""

    foundation: Foundation
    """What the relay runs on, how the outbox is kept, and whom alarms notify."""

    target: Topic | Queue
    """Where events go; no FIFO queue, as events of an outbox may overtake each other."""

    event_types: Annotated[Sequence[Annotated[str, ONE_WORD]], Size(1, MAX_EVENT_TYPES)]
    """Types of events that may be published, 1 to 100; any other is an error of the publishing
    function."""

    delivery: Delivery = "outbox"
    """How an event survives a failed publish, or a function that crashes before it.

    "outbox": stored in one transaction with the function's own write, and published by a relay if
    the function could not. "direct" is best effort: such an event is logged and lost.
    """

    relay_minimum_age_seconds: RelayMinimumAge = 45
    """Age from which the relay takes an event over, 30 to 60."""

    thresholds: OutboxThresholds = field(default_factory=OutboxThresholds)
    """Alarm thresholds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.target, Queue) and self.target.fifo:
            raise ValueError(
                f"target must not be a FIFO queue, got {self.target.logical_name}: what the relay "
                "sends would come after later events; send to it with a QueueSender"
            )


class Publisher(Component):
    """Publishing from any number of functions to one topic or queue."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a publishing function's environment needs; serverless_runtime.handoff reads it."""

    runtime_class: str
    """What its code calls to publish."""

    code: FunctionCode
    """What its package must contain to publish."""

    outbox: Outbox | None
    """What has not been published yet; None if delivery is direct."""

    alarms: list[Alarm]
    """Those of the outbox."""

    functions: list[PythonFunction]
    """The relay; none if delivery is direct."""

    def __init__(
        self, name: str, args: PublisherArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Publisher", name, args, opts)
        self._name, self._target = name, args.target
        child = pulumi.ResourceOptions(parent=self)
        self.outbox = self._outbox(args) if args.delivery == "outbox" else None
        self.functions = [] if self.outbox is None else [self.outbox.relay]
        outbox = {} if self.outbox is None else {"outbox_table_name": self.outbox.table.name}
        self.environment = {
            **handoff_environment(name, **_settings(args.target), **outbox),
            f"{handoff_prefix(name)}{EVENT_TYPES}": " ".join(args.event_types),
        }
        self.runtime_class = "serverless_runtime.handoff.publisher.Publisher"
        self.code = CALLER_CODE
        declared = (
            []
            if self.outbox is None
            else outbox_alarms(
                f"the publisher {name}",
                self.outbox,
                thresholds=args.thresholds,
                foundation=args.foundation,
            )
        )
        self.alarms = make_alarms(name, declared, child)
        self.register_outputs({})

    def allow_caller(self, caller: PythonFunction) -> None:
        """Let `caller` publish and keep events in the outbox, and nothing else.

        ValueError unless its environment contains `environment`.
        """
        caller.require_environment(self._name, self.environment)
        self._allow_target(caller)
        if self.outbox is not None:
            self.outbox.allow_caller(caller)

    def dashboard_rows(self) -> list[DashboardRow]:
        """The outbox and its relay."""
        name = f"Publisher {self._name}"
        return [] if self.outbox is None else [outbox_row(name, self.outbox)]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, dict[str, pulumi.Output[str]]]]:
        """Where its outbox is."""
        if self.outbox is None:
            return {}
        return {"outboxes": {self._name: self.outbox.operations()}}

    def _allow_target(self, function: PythonFunction) -> None:
        if isinstance(self._target, Topic):
            self._target.allow_publisher(function)
        else:
            self._target.allow_sender(function)

    def _outbox(self, args: PublisherArgs) -> Outbox:
        return Outbox(
            f"{self._name}-outbox",
            OutboxArgs(
                foundation=args.foundation,
                handoff_name=self._name,
                target=_settings(args.target),
                allow_target=self._allow_target,
                relay_minimum_age_seconds=args.relay_minimum_age_seconds,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _settings(target: Topic | Queue) -> dict[str, pulumi.Output[str]]:
    return {"target_arn": target.arn if isinstance(target, Topic) else target.url}
