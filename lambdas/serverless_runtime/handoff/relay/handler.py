"""Lambda entry point of the relay: hands off what its callers could not, once a minute."""

from __future__ import annotations

import functools
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import Report, relay_shard
from serverless_runtime.handoff.relay.metrics import (
    BACKLOG,
    DEAD_LETTERS,
    OLDEST_AGE,
    RELAY_FAILED,
    RELAY_HANDED_OFF,
)
from serverless_runtime.handoff.relay.settings import RelaySettings
from serverless_runtime.handoff.settings import read_handoff_settings
from serverless_runtime.handoff.target import Target, target_of
from serverless_runtime.shared import aws, json_log
from serverless_runtime.shared.environment import MissingSettingsError, read_settings
from serverless_runtime.shared.metrics import COMPONENT, Values, own_component, write_metrics

_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

STOPS_WITH_SECONDS_LEFT = 40
"""An attempt that began before takes 26 s at most, by the clients' timeouts and retries (claim and
removal 9 s each, invoke 8 s): the run ends, and emits its metrics, with more than 10 s left."""

log = logging.getLogger(__name__)


def handle(event: object, context: Any) -> None:
    """Relay each shard in its own thread, so that a slow one does not hold up the others.

    Raises what reading the outbox raises. Then there are no metrics, and the alarm fires: an age of
    0 would mean that all is well.
    """
    json_log.configure(getattr(context, "aws_request_id", None))
    settings, outbox, target = _adapters()

    def relayed(shard: str) -> Report:
        return relay_shard(
            shard,
            outbox=outbox,
            target=target,
            dead_letter=functools.partial(_add_dead_letter, settings.dead_letter_queue_url),
            minimum_age_seconds=int(settings.minimum_age_seconds),
            has_time=lambda: _seconds_left(context) > STOPS_WITH_SECONDS_LEFT,
        )

    with ThreadPoolExecutor(max_workers=len(SHARDS) + 1) as pool:
        dead_letters = pool.submit(dead_letter_depth, settings.dead_letter_queue_url)
        report = sum(pool.map(relayed, SHARDS), start=Report())
    write_metrics(
        metrics_of(report, dead_letters=dead_letters.result()),
        {COMPONENT: own_component()},
        namespace=NAMESPACE,
    )


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
