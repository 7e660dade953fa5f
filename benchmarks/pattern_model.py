"""What a unit of each pattern's work needs of AWS: its price, and which quota it meets first.

The requests of the function that does the work are what `units` counts; a test compares them. What
is around it follows from the example programs: the API in front, queues, other functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks import quotas
from benchmarks.quotas import Quota
from scripts.costs import Bill

RUN_SECONDS = 0.05
"""Of every function: an assumption, as on the pages of the patterns."""

WAITING_SECONDS = 0.055
"""Of a function that asks others and waits for them."""

FULL_BATCH = 10


@dataclass(frozen=True)
class Writes:
    """Write units in one table, of rows of up to 1 KB; those in a transaction count twice."""

    units: int
    index_units: int = 0
    """In an index, which has quotas of its own."""

    shards: int | None = None
    """How many partition keys they are spread over; None if each unit of work has its own."""


@dataclass(frozen=True)
class Queue:
    """One that Lambda reads for the function."""

    max_concurrency: int | None
    """As the example declares it."""

    fifo: bool = False

    def requests(self, batch: int) -> float:
        """Return the requests of one message: to send it, and its part of receive and delete."""
        return 1 + 2 / self.batch(batch)

    def batch(self, full: int) -> int:
        """Return how many messages a run gets when that many are there."""
        return 1 if self.fifo else full


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Of one unit of work."""

    operations: Mapping[str, int]
    """Requests of the function that is counted, by operation."""

    api_requests: int = 1
    waited_runs: Sequence[float] = (RUN_SECONDS,)
    """Seconds of each function that something waits for."""

    other_runs: Sequence[float] = ()
    """Of those that nobody waits for."""

    writes: Sequence[Writes] = ()
    reads: float = 0
    """Read units."""

    queues: Sequence[Queue] = ()
    """Each with a run of its own for a batch."""

    parameter_reads: float = 0
    """One is read every so many seconds by each instance."""

    more: Mapping[Quota, float] = field(default_factory=dict)

    def allowed(self) -> dict[str, float]:
        """Return how many units a second each limit allows, the lowest first."""
        found = {quota.name: quota.value / need for quota, need in self._needs() if need}
        for queue in self.queues:
            if queue.max_concurrency is not None:
                own = found.get("`max_concurrency`", math.inf)
                found["`max_concurrency`"] = min(own, queue.max_concurrency / RUN_SECONDS)
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def over(self, units_per_second: float) -> list[str]:
        """Return the limits that so many units a second exceed."""
        return [name for name, allowed in self.allowed().items() if allowed < units_per_second]

    def _needs(self) -> list[tuple[Quota, float]]:
        busiest = max((each.units for each in self.writes), default=0)
        in_shards = [each.units / each.shards for each in self.writes if each.shards]
        batches = sum(1 / each.batch(FULL_BATCH) for each in self.queues)
        return [
            (quotas.API_REQUESTS, self.api_requests),
            (quotas.INVOCATIONS, len(self.waited_runs) + batches),
            (quotas.CONCURRENCY, self._seconds()),
            (quotas.NEW_TABLE, busiest),
            (quotas.TABLE, busiest),
            (quotas.PARTITION, max(in_shards, default=0)),
            (quotas.QUEUE_RUNS, RUN_SECONDS if self.queues else 0),
            (quotas.FIFO_QUEUE, any(each.fifo for each in self.queues)),
            (quotas.PARAMETER_READS, self.parameter_reads),
            *self.more.items(),
        ]

    def _seconds(self) -> float:
        return sum(self.waited_runs) + sum(self.other_runs) + RUN_SECONDS * len(self.queues)

    def usd(self, bill: Bill, *, batch: int) -> float:
        """Return the price of one unit, with that many messages in a batch."""
        runs = len(self.waited_runs) + len(self.other_runs)
        used = {
            "http_api_request": self.api_requests,
            "lambda_request": runs + sum(1 / each.batch(batch) for each in self.queues),
            "lambda_gb_second_arm": self._seconds() * bill.program["memory_gb"],
            "dynamodb_write_unit": sum(each.units + each.index_units for each in self.writes),
            "dynamodb_read_unit": self.reads,
            "sqs_request": sum(each.requests(batch) for each in self.queues if not each.fifo),
            "sqs_fifo_request": sum(each.requests(batch) for each in self.queues if each.fifo),
            "sns_publish": self.more.get(quotas.PUBLISHES, 0),
            "eventbridge_event": self.more.get(quotas.BUS_EVENTS, 0),
            "ses_email": self.more.get(quotas.EMAILS, 0),
        }
        return sum(bill.usd(unit, count) for unit, count in used.items())
