"""The fake is worth believing: it answers any series of calls as the table does."""

from __future__ import annotations

import uuid
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.notification_service.deliveries import (
    Deliveries,
    DeliveryInProgressError,
    Lease,
)
from serverless_runtime.notification_service.dynamo_deliveries import (
    LEASE_SECONDS,
    DynamoDeliveries,
)
from serverless_runtime.notification_service.settings.channel import GUARANTEES, Guarantee
from tests.lambdas.notification_service.a_delivery import EVENT
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.in_memory_deliveries import InMemoryDeliveries
from tests.lambdas.tables import DELIVERIES

CALLS = ("start", "start", "finish", "give_up", "release")


def answer(
    deliveries: Deliveries, call: str, lease: Lease, replays: int, guarantee: Guarantee
) -> object:
    try:
        if call == "start":
            return deliveries.start(replace(EVENT, replays=replays), lease, guarantee, "x")
        if call == "finish":
            return deliveries.finish(lease, "ses-1")
        end = deliveries.give_up if call == "give_up" else deliveries.release
        return end(lease, "no")
    except DeliveryInProgressError:
        return "in progress"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    guarantee=st.sampled_from(GUARANTEES),
    steps=st.lists(
        st.tuples(
            st.sampled_from(CALLS),
            st.integers(0, 2),
            st.integers(0, 2),
            st.sampled_from([0, 1, LEASE_SECONDS, LEASE_SECONDS + 1]),
        ),
        max_size=10,
    ),
)
def test_any_series_of_calls_is_answered_alike(
    aws_in_memory: None, guarantee: Guarantee, steps: list[tuple[str, int, int, int]]
) -> None:
    clock = Clock()
    table, fake = DynamoDeliveries(DELIVERIES, clock=clock), InMemoryDeliveries(clock)
    event_id, attempts = str(uuid.uuid4()), ["", "", ""]

    for number, (call, who, replays, seconds) in enumerate(steps):
        clock.now += seconds
        if call == "start":
            # Every attempt has an owner of its own, and starts once.
            attempts[who] = f"attempt {number}"
        lease = Lease(event_id=event_id, channel="email", owner=attempts[who] or "nobody")
        assert answer(table, call, lease, replays, guarantee) == answer(
            fake, call, lease, replays, guarantee
        )
