"""How fast the relay works off a backlog: what limits it first, and what a million events take.

Latencies are assumptions; the processor time of an event is its instructions (`warm.relay` in
budgets.toml) at the rate at which `end_to_end.md` found creates to execute theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulumi_serverless.handoff.outbox import RELAY_TIMEOUT_SECONDS
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.handler import AT_ONCE_ALONE, STOPS_WITH_SECONDS_LEFT

VCPU_MB = 1_769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

PARTITION_WRITES = 1_000
"""A second, in units of 1 KB:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"""

ASYNC_INVOKES_PER_CONCURRENCY = 10
"""A second: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class RelayModel:
    """A relay as shipped, at an outbox that was never busier than a new one."""

    shards: int = len(SHARDS)
    at_once: int = AT_ONCE_ALONE
    working_seconds: int = RELAY_TIMEOUT_SECONDS - STOPS_WITH_SECONDS_LEFT
    """Of every minute."""

    claim_seconds: float = 0.008
    invoke_seconds: float = 0.015
    removal_seconds: float = 0.010
    """Of one request for all that were attempted at once."""

    processor_seconds: float = 0.0012
    """Of one event, on a whole processor."""

    memory_mb: int = 512
    row_kb: float = 1
    partitions: int = 4
    """Of a new on-demand table, which takes 4,000 writes a second; it gets more as it grows."""

    reserved_concurrency: int | None = None
    """Of the relay."""

    account_concurrency: int = 1_000
    target_concurrency: int | None = None
    """Reserved for the target; the account's if not."""

    target_seconds: float = 0.12

    def limits(self) -> dict[str, float]:
        """Return what each limit allows, in events a second, averaged over a minute."""
        runs = min(self.shards, (self.reserved_concurrency or self.account_concurrency) - 1)
        round_seconds = self.claim_seconds + self.invoke_seconds + self.removal_seconds
        processors = max(runs, 1) * min(self.memory_mb / VCPU_MB, 1)
        # The claim writes the row, and the removal does.
        units = 2 * math.ceil(self.row_kb)
        works = min(self.working_seconds / _MINUTE, 1)
        return {
            "requests in flight": works * max(runs, 1) * self.at_once / round_seconds,
            "processors of the runs": works * processors / self.processor_seconds,
            "writes of the outbox": works
            * min(self.partitions, self.shards)
            * PARTITION_WRITES
            / units,
            "asynchronous invokes": ASYNC_INVOKES_PER_CONCURRENCY * self.account_concurrency,
        }

    def events_per_second(self) -> float:
        """Return what the relay hands off, averaged over a minute."""
        return min(self.limits().values())

    def first_limit(self) -> str:
        """Return what more events meet first."""
        limits = self.limits()
        return min(limits, key=lambda name: limits[name])

    def drain_seconds(self, backlog: int) -> float:
        """Return when the outbox is empty; callers hand their own new events off meanwhile."""
        return backlog / self.events_per_second()

    def processed_seconds(self, backlog: int) -> float:
        """Return when the target is done, which may be slower than the relay: Lambda queues."""
        concurrency = self.target_concurrency or self.account_concurrency
        return max(self.drain_seconds(backlog), backlog * self.target_seconds / concurrency)
