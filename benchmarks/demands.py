"""What one unit of work of each pattern needs, as its example program declares it."""

from __future__ import annotations

from benchmarks import quotas
from benchmarks.pattern_model import RUN_SECONDS, WAITING_SECONDS, Demand, Queue, Writes
from benchmarks.stub import INVOKE, PUBLISH, SEND_EMAIL
from serverless_runtime.handoff.outbox_rows import SHARDS as OUTBOX_SHARDS
from serverless_runtime.task_service.task_rows import SHARDS as TASKS_SHARDS

_SUBSCRIBERS = 3
_READ_SECONDS = 5
"""A facade's `read_seconds`."""

_TRANSACTION, _DELETION = "TransactWriteItems", "DeleteItem"
_IN_OUTBOX = Writes(3, shards=len(OUTBOX_SHARDS))
"""A row of a transaction, and its deletion."""

DEMANDS = {
    "handoff": Demand(
        operations={_TRANSACTION: 1, INVOKE: 1, _DELETION: 1},
        other_runs=(RUN_SECONDS,),
        writes=(Writes(2, index_units=1, shards=len(TASKS_SHARDS)), _IN_OUTBOX),
    ),
    "web-service": Demand(operations={_TRANSACTION: 1}, writes=(Writes(4, index_units=1),)),
    "notifier": Demand(
        operations={_TRANSACTION: 1, PUBLISH: 1, _DELETION: 1},
        api_requests=0,
        writes=(Writes(2), _IN_OUTBOX),
        queues=(Queue(None),) * _SUBSCRIBERS,
        more={quotas.PUBLISHES: 1},
    ),
    "frugal-consumer": Demand(
        operations={_TRANSACTION: 1},
        api_requests=0,
        waited_runs=(),
        writes=(Writes(2), Writes(2)),
        queues=(Queue(max_concurrency=2),),
    ),
    "fifo-consumer": Demand(
        operations={"GetItem": 1, "UpdateItem": 1},
        api_requests=0,
        waited_runs=(),
        writes=(Writes(1),),
        reads=1,
        queues=(Queue(max_concurrency=8, fifo=True),),
    ),
    "scalable-webhook": Demand(
        operations={_TRANSACTION: 1},
        waited_runs=(),
        writes=(Writes(2), Writes(2)),
        queues=(Queue(max_concurrency=2),),
    ),
    "circuit-breaker": Demand(operations={}),
    "internal-api": Demand(operations={INVOKE: 1}, waited_runs=(WAITING_SECONDS, RUN_SECONDS)),
    "aggregator": Demand(
        operations={INVOKE: 3}, waited_runs=(WAITING_SECONDS, *(RUN_SECONDS,) * 3)
    ),
    "gatekeeper": Demand(operations={"GetItem": 1}, reads=1),
    "strangler": Demand(
        operations={INVOKE: 1},
        waited_runs=(WAITING_SECONDS, RUN_SECONDS),
        parameter_reads=WAITING_SECONDS / _READ_SECONDS,
    ),
    "robust-api": Demand(
        operations={"PutItem": 1, INVOKE: 1, _DELETION: 1},
        other_runs=(RUN_SECONDS,),
        writes=(Writes(2, shards=len(OUTBOX_SHARDS)),),
    ),
    "robust-api-bus": Demand(operations={"PutEvents": 1}, more={quotas.BUS_EVENTS: 1}),
    "notification-service": Demand(
        operations={"UpdateItem": 2, SEND_EMAIL: 1},
        api_requests=0,
        waited_runs=(),
        other_runs=(RUN_SECONDS,),
        writes=(Writes(2, index_units=2),),
        more={quotas.EMAILS: 1},
    ),
}
"""By the name of the unit in budgets.toml; "handoff" is `requests.create-task`."""
