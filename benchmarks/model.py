"""What handoffs cost on AWS, and which limit they reach first, at three rates.

A model, not a measurement: it multiplies published prices and limits with what one handoff does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SECONDS_PER_MONTH = 30 * 86_400

PRICES_AS_OF = "2026-11, us-east-1, on demand, no free tier"
# https://aws.amazon.com/lambda/pricing/ (arm64), https://aws.amazon.com/dynamodb/pricing/on-demand/
# (prices since November 2024), https://aws.amazon.com/api-gateway/pricing/ (HTTP API),
# https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/ses/pricing/
LAMBDA_PER_REQUEST = 0.20 / 1e6
LAMBDA_PER_GB_SECOND = 0.0000133334
DYNAMODB_PER_WRITE = 0.625 / 1e6
HTTP_API_PER_REQUEST = 1.00 / 1e6
LOGS_PER_GB = 0.50
SES_PER_MESSAGE = 0.10 / 1000

MEMORY_GB = 0.5
LOG_BYTES_PER_HAND_OFF = 1_500

# One create: two rows in a transaction (2 units each) and the index's row, then the deletion of
# the outbox's row. docs/decisions/0001 and 0005 count the same.
CREATE_WRITES = 2 + 2 + 1 + 1
# One delivery on one channel: the lease, and the record.
DELIVERY_WRITES = 2

# A partition's write units a second, and what a shard's partition gets of one create.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_WRITES_PER_SECOND = 1_000
TASK_SHARDS, TASK_WRITES_PER_SHARD = 4, 2
OUTBOX_SHARDS, OUTBOX_WRITES_PER_SHARD = 8, 3

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
DEFAULT_CONCURRENCY = 1_000
# https://docs.aws.amazon.com/ses/latest/dg/quotas.html: production accounts start at 14 a second.
SES_PER_SECOND = 14
# lambdas/serverless_runtime/handoff/relay/relay.py: per shard and run, a run every minute.
RELAYED_PER_RUN = 1_000
RELAY_SECONDS_PER_EVENT = 0.020
RELAY_RUN_SECONDS = 50


@dataclass(frozen=True)
class Timings:
    """Seconds on AWS that this machine cannot measure; estimates, to be replaced by your own."""

    create_seconds: float = 0.025
    """A warm create at 512 MB: three calls of 4 to 10 ms each, and its own processor time."""

    deliver_seconds: float = 0.120
    """A warm delivery by email."""


@dataclass(frozen=True)
class Load:
    """What a steady rate of handoffs requires of AWS."""

    per_second: float
    create_concurrency: float
    deliver_concurrency: float
    task_shards: int
    outbox_shards: int
    drain_hours: float
    """How long the relay needs for the backlog of an hour without Lambda."""

    dollars_per_month: dict[str, float]


def load(per_second: float, timings: Timings | None = None) -> Load:
    """Work out the load of `per_second` creates, each handed off and delivered by email once."""
    timings = timings or Timings()
    create = per_second * timings.create_seconds
    deliver = per_second * timings.deliver_seconds
    return Load(
        per_second=per_second,
        create_concurrency=create,
        deliver_concurrency=deliver,
        task_shards=_shards(per_second, TASK_WRITES_PER_SHARD),
        outbox_shards=_shards(per_second, OUTBOX_WRITES_PER_SHARD),
        drain_hours=per_second / relayed_per_second(),
        dollars_per_month=_dollars(per_second, timings),
    )


def relayed_per_second() -> float:
    """Return how many waiting events all shards' relays hand off, a minute's run on average."""
    per_run = min(RELAYED_PER_RUN, RELAY_RUN_SECONDS / RELAY_SECONDS_PER_EVENT)
    return OUTBOX_SHARDS * per_run / 60


def limits(timings: Timings | None = None) -> list[tuple[float, str]]:
    """Return the rates at which a limit is reached as shipped, the lowest first."""
    timings = timings or Timings()
    both = timings.create_seconds + timings.deliver_seconds
    return sorted(
        [
            (
                relayed_per_second(),
                "the relay, only while Lambda rejects invokes: it drains no faster",
            ),
            (SES_PER_SECOND, "SES's sending rate: request a higher quota, or batch messages"),
            (
                DEFAULT_CONCURRENCY / both,
                "Lambda's concurrency in the account: request a higher quota",
            ),
            (
                TASK_SHARDS * PARTITION_WRITES_PER_SECOND / TASK_WRITES_PER_SHARD,
                "the task table's shards: add shards, with a migration",
            ),
            (
                OUTBOX_SHARDS * PARTITION_WRITES_PER_SECOND / OUTBOX_WRITES_PER_SHARD,
                "the outbox's shards: add shards, in the relay first",
            ),
        ]
    )


def _shards(per_second: float, writes: int) -> int:
    return math.ceil(per_second * writes / PARTITION_WRITES_PER_SECOND)


def _dollars(per_second: float, timings: Timings) -> dict[str, float]:
    number = per_second * SECONDS_PER_MONTH
    seconds = timings.create_seconds + timings.deliver_seconds
    return {
        "API": number * HTTP_API_PER_REQUEST,
        "Lambda": number * (2 * LAMBDA_PER_REQUEST + seconds * MEMORY_GB * LAMBDA_PER_GB_SECOND),
        "DynamoDB": number * (CREATE_WRITES + DELIVERY_WRITES) * DYNAMODB_PER_WRITE,
        "logs": number * LOG_BYTES_PER_HAND_OFF / 1e9 * LOGS_PER_GB,
        "SES": number * SES_PER_MESSAGE,
    }
