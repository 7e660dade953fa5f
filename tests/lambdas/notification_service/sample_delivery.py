"""One delivery, for the tests of its record."""

from __future__ import annotations

from dataclasses import replace

from serverless_runtime.notification_service.delivery_leases import DeliveryLeases, Lease
from serverless_runtime.notification_service.settings.channel import Guarantee
from tests.lambdas.samples import an_event

EVENT = an_event()


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
