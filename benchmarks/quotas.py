"""What AWS allows an account in one region until it asks for more, each with its source.

Regions differ: these are us-east-1's, as prices are. New accounts may begin with less.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """How much of something can be had in a second, or at the same time."""

    name: str
    value: float
    of: str
    change: str
    """What to do before it is met."""

    source: str

    @property
    def figure(self) -> str:
        return f"{self.value:,.0f} {self.of}"


API_REQUESTS = Quota(
    "API requests",
    10_000,
    "a second, all APIs of the account",
    "request a higher quota",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
CONCURRENCY = Quota(
    "concurrency",
    1_000,
    "runs of all functions at the same time",
    "request a higher quota, which also raises that of invocations; wait less; reserve concurrency "
    "for what may not starve",
    "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
)
RUNS_OF_ENVIRONMENT = 10
"""A second that somebody waits for. Same source as INVOCATIONS."""

INVOCATIONS = Quota(
    "invocations",
    RUNS_OF_ENVIRONMENT * CONCURRENCY.value,
    "a second that somebody waits for: ten for each of the concurrency",
    "request a higher concurrency; call fewer functions",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
)
NEW_TABLE = Quota(
    "a new table",
    4_000,
    "write units a second, which double within half an hour of use",
    "set a higher warm throughput, or let the load grow",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html",
)
TABLE = Quota(
    "a table",
    40_000,
    "write units a second",
    "request a higher quota",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
)
PARTITION = Quota(
    "shards",
    1_000,
    "write units a second for each partition key",
    "add shards: to the outbox, deploying the relay first; to the tasks, with a migration",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
)
QUEUE_RUNS = Quota(
    "a queue's runs",
    1_000,
    "batches of one queue at the same time, the highest `max_concurrency`",
    "divide the work among several queues",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
)
FIFO_QUEUE = Quota(
    "a FIFO queue",
    70_000,
    "requests of one kind a second, and 300 for one group",
    "divide the groups among several queues; send in batches",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html",
)
PUBLISHES = Quota(
    "publishes",
    30_000,
    "messages a second to all topics",
    "request a higher quota",
    "https://docs.aws.amazon.com/general/latest/gr/sns.html",
)
BUS_EVENTS = Quota(
    "events on buses",
    10_000,
    "requests of PutEvents a second, and 18,750 events a second to targets",
    "put several events in one request; request higher quotas",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
)
EMAILS = Quota(
    "emails",
    14,
    "a second, as accounts often begin outside the sandbox, where AWS publishes no number",
    "see the account's own quota, request a higher one, or combine messages",
    "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
)
PARAMETER_READS = Quota(
    "parameter reads",
    40,
    "a second, all parameters of the account",
    "set `read_seconds` higher; enable higher throughput, which has its price",
    "https://docs.aws.amazon.com/general/latest/gr/ssm.html",
)

ENVIRONMENTS_PER_SECOND = 100
"""How many more execution environments a function gets: 1,000 every 10 seconds.
https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html"""

ALL = (
    *(API_REQUESTS, INVOCATIONS, CONCURRENCY, NEW_TABLE, TABLE, PARTITION, QUEUE_RUNS),
    *(FIFO_QUEUE, PUBLISHES, BUS_EVENTS, EMAILS, PARAMETER_READS),
)
