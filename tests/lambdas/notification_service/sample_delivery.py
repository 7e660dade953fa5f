"""One delivery, for the tests of its record, and the service that makes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import Channel
from serverless_runtime.notification_service.delivery.every_channel import notify_channels
from serverless_runtime.once.leases import Lease, Leases
from serverless_runtime.once.settings import LEASE_SECONDS, Guarantee
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES
from tests.model_tests.in_memory_dynamo import InMemoryDynamo

EVENT = an_event()


@dataclass
class Service:
    """The service over leases, with a queue and a clock that tests look at."""

    leases: Leases
    clock: Clock
    dead_letters: RecordingDeadLetters = field(default_factory=RecordingDeadLetters)

    def notify(
        self,
        *channels: Channel,
        event: TaskEvent = EVENT,
        seconds_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        notify_channels(event, self.leases, channels, self.dead_letters, seconds_left)

    def let_leases_expire(self) -> None:
        self.clock.now += LEASE_SECONDS + 1


def in_memory_leases(clock: Clock, kind: Callable[..., Leases] = Leases) -> Leases:
    """Return leases over the model of DynamoDB, which is much faster than moto."""
    return kind(DELIVERIES, InMemoryDynamo(clock, lambda change: None), clock)


def lease(owner: str = "one", channel: str = "email") -> Lease:
    return Lease(event_id=EVENT.event_id, part=channel, owner=owner)


def start(
    deliveries: Leases,
    lease: Lease,
    *,
    replays: int = 0,
    guarantee: Guarantee = "at_least_once",
) -> str:
    details = {
        "subject": EVENT.task.task_id,
        "event_type": EVENT.event_type,
        "correlation_id": EVENT.correlation_id,
        "recipient": "t***@example.com",
    }
    return deliveries.start(lease, replays=replays, guarantee=guarantee, details=details).found
