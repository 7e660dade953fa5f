"""The fake is reliable: it returns for any series of calls what the table does."""

from __future__ import annotations

import uuid
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.notification_service.delivery_leases import (
    DeliveryInProgressError,
    DeliveryLeases,
    Lease,
)
from serverless_runtime.notification_service.dynamo_delivery_leases import (
    LEASE_SECONDS,
    DynamoDeliveryLeases,
)
from serverless_runtime.notification_service.settings.channel import GUARANTEES, Guarantee
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.in_memory_delivery_leases import InMemoryDeliveryLeases
from tests.lambdas.notification_service.sample_delivery import EVENT
from tests.lambdas.tables import DELIVERIES

CALLS = ("start", "start", "complete", "dead_letter", "release")


def result_of(
    deliveries: DeliveryLeases, call: str, lease: Lease, replays: int, guarantee: Guarantee
) -> object:
    try:
        if call == "start":
            return deliveries.start(replace(EVENT, replays=replays), lease, guarantee, "x")
        if call == "complete":
            return deliveries.complete(lease, "ses-1")
        end = deliveries.dead_letter if call == "dead_letter" else deliveries.release
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
def test_any_series_of_calls_has_the_same_results(
    aws_in_memory: None, guarantee: Guarantee, steps: list[tuple[str, int, int, int]]
) -> None:
    clock = Clock()
    table, fake = DynamoDeliveryLeases(DELIVERIES, clock=clock), InMemoryDeliveryLeases(clock)
    event_id, attempts = str(uuid.uuid4()), ["", "", ""]

    for number, (call, who, replays, seconds) in enumerate(steps):
        clock.now += seconds
        if call == "start":
            # Every attempt has its own owner, and starts once.
            attempts[who] = f"attempt {number}"
        lease = Lease(event_id=event_id, channel="email", owner=attempts[who] or "nobody")
        assert result_of(table, call, lease, replays, guarantee) == result_of(
            fake, call, lease, replays, guarantee
        )
