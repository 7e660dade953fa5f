"""A sample lease for tests."""

from __future__ import annotations

from serverless_runtime.once.leases import Lease, Leases
from serverless_runtime.once.settings import Guarantee

DETAILS = {"correlation_id": "order-4711"}


def lease(owner: str = "one", part: str = "all") -> Lease:
    return Lease(event_id="e-1", part=part, owner=owner)


def start(
    leases: Leases, lease: Lease, *, replays: int = 0, guarantee: Guarantee = "at_least_once"
) -> str:
    return leases.start(lease, replays=replays, guarantee=guarantee, details=DETAILS).found
