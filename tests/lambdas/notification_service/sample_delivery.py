"""One delivery, for the tests of its record, and the service that makes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import Channel
from serverless_runtime.notification_service.delivery.deduplication import (
    LEASE_SECONDS,
    DeliveryLeases,
    Lease,
)
from serverless_runtime.notification_service.delivery.every_channel import notify_channels
from serverless_runtime.notification_service.settings.channel import Guarantee
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES
from tests.model_tests.in_memory_dynamo import InMemoryDynamo

EVENT = an_event()


@dataclass
class Service:
    """The service over leases, with a queue and a clock that tests look at."""

    leases: DeliveryLeases
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


def in_memory_leases(
    clock: Clock, kind: Callable[..., DeliveryLeases] = DeliveryLeases
) -> DeliveryLeases:
    """Return leases over the model of DynamoDB, which is much faster than moto."""
    return kind(DELIVERIES, InMemoryDynamo(clock, lambda change: None), clock)


def lease(owner: str = "one", channel: str = "email") -> Lease:
    return Lease(event_id=EVENT.event_id, channel=channel, owner=owner)


def start(
    deliveries: DeliveryLeases,
    lease: Lease,
    *,
    replays: int = 0,
    guarantee: Guarantee = "at_least_once",
) -> str:
    return deliveries.start(replace(EVENT, replays=replays), lease, guarantee, "t***@example.com")
