"""Lambda entry point of the relay: hands off what its callers could not, once a minute.

A run that finds many events in a shard starts another one for that shard alone, which has a
processor of its own: the relay keeps up with an outage's backlog, and costs no more without one.
"""

from __future__ import annotations

import functools
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import relay_shard
from serverless_runtime.handoff.relay.metrics import (
    BACKLOG,
    DEAD_LETTERS,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)
from serverless_runtime.handoff.relay.ports import Report
from serverless_runtime.handoff.relay.settings import RelaySettings
from serverless_runtime.handoff.settings import read_handoff_settings
from serverless_runtime.handoff.target import Target, target_of
from serverless_runtime.shared import aws, json_log
from serverless_runtime.shared.environment import MissingSettingsError, read_settings
from serverless_runtime.shared.metrics import COMPONENT, Values, own_component, write_metrics

_SHARD = "shard"
_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

STOPS_WITH_SECONDS_LEFT = 40
"""An attempt that began before takes 26 s at most, by the clients' timeouts and retries (claim and
removal 9 s each, invoke 8 s): the run ends, and emits its metrics, with more than 10 s left."""

AT_ONCE = 4
"""Events of each shard that a run of all shards has in flight: 64 altogether, whose responses a
third of a processor reads long before they time out."""

AT_ONCE_ALONE = 16
"""The same for a run of one shard; their rows are removed by one request, which takes 25."""

log = logging.getLogger(__name__)


def handle(event: object, context: Any) -> None:
    """Relay each shard in its own thread, so that a slow one does not hold up the others.

    `event` names the one shard of a run that another run has started. Raises what reading the
    outbox raises. Then there are no metrics, and the alarm fires: an age of 0 would mean that all
    is well.
    """
    json_log.configure(getattr(context, "aws_request_id", None))
    settings, outbox, target = _adapters()
    only = event.get(_SHARD) if isinstance(event, dict) else None
    if only is not None and only not in SHARDS:
        raise ValueError(f"shard must be one of {', '.join(SHARDS)} or left out, got {only!r}")
    shards, at_once = (SHARDS, AT_ONCE) if only is None else ((only,), AT_ONCE_ALONE)

    def relayed(shard: str) -> Report:
        return relay_shard(
            shard,
            outbox=outbox,
            target=target,
            dead_letter=functools.partial(_add_dead_letter, settings.dead_letter_queue_url),
            minimum_age_seconds=int(settings.minimum_age_seconds),
            has_time=lambda: _seconds_left(context) > STOPS_WITH_SECONDS_LEFT,
            each=rows.map,
            at_once=at_once,
            ask_for_help=lambda: only is None and _has_started_run(shard, context),
        )

    with (
        ThreadPoolExecutor(max_workers=len(shards) * at_once) as rows,
        ThreadPoolExecutor(max_workers=len(shards) + 1) as pool,
    ):
        queue_url = settings.dead_letter_queue_url if only is None else None
        dead_letters = pool.submit(dead_letter_depth, queue_url)
        report = sum(pool.map(relayed, shards), start=Report())
    write_metrics(
        metrics_of(report, dead_letters=dead_letters.result()),
        {COMPONENT: own_component()},
        namespace=NAMESPACE,
    )


def _has_started_run(shard: str, context: Any) -> bool:
    """Start a run for one shard; return whether Lambda has accepted it."""
    arn = getattr(context, "invoked_function_arn", None)
    if arn is None:
        return False
    try:
        aws.client("lambda").invoke(
            FunctionName=arn, InvocationType="Event", Payload=json.dumps({_SHARD: shard})
        )
    except Exception:
        # This run goes on with the shard.
        log.warning("no run started for a shard", extra={"shard": shard}, exc_info=True)
        return False
    return True


def metrics_of(report: Report, *, dead_letters: int | None) -> Values:
    """Return the metrics of a run; that of the queue is left out without one, or if SQS failed."""
    metrics: dict[str, tuple[str, float]] = {
        OLDEST_AGE: ("Seconds", report.oldest_age_seconds),
        BACKLOG: ("Count", report.backlog),
        RELAY_HANDED_OFF: ("Count", report.handed_off),
        RELAY_FAILED: ("Count", report.failed),
    }
    if dead_letters is not None:
        metrics[DEAD_LETTERS] = ("Count", dead_letters)
    return metrics


def dead_letter_depth(queue_url: str | None, client: Any = None) -> int | None:
    """Return how many messages the queue holds, those in flight included; None without a queue, or
    if SQS fails.

    Asking for it is half of the purpose. SQS stops emitting the metrics of a queue that has been
    inactive for six hours, and takes up to 15 minutes to resume when a message arrives. A request
    every minute keeps the queue active.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html

    Raises nothing: handing off events must not fail for it.
    """
    if queue_url is None:
        return None
    try:
        response = (client or aws.client("sqs")).get_queue_attributes(
            QueueUrl=queue_url, AttributeNames=list(_DEPTH)
        )
    except Exception:
        log.warning("dead letters not counted", exc_info=True)
        return None
    return sum(int(response["Attributes"][name]) for name in _DEPTH)


def _add_dead_letter(queue_url: str | None, event: Event, rejection: NeverAcceptedError) -> None:
    if queue_url is None:
        raise MissingSettingsError("the relay has no queue for dead letters")
    # Most runs have none: a cold start does not load what they do not need.
    from serverless_runtime.handoff.relay.rejected import add_dead_letter  # noqa: PLC0415

    add_dead_letter(queue_url, event, rejection)


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


@functools.cache
def _adapters() -> tuple[RelaySettings, DynamoOutbox, Target]:
    settings, handoff = read_settings(RelaySettings), read_handoff_settings()
    if handoff.outbox_table_name is None:
        raise MissingSettingsError("the relay needs the outbox table of its handoff")
    return (
        settings,
        DynamoOutbox(handoff.outbox_table_name),
        target_of(handoff),
    )
