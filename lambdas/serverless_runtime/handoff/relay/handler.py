"""Lambda entry point of the relay: hands off what its callers could not, once a minute."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from serverless_runtime.handoff.metrics import NAMESPACE
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dead_letter_depth import dead_letter_depth
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.metrics import metrics_of
from serverless_runtime.handoff.relay.relay import Report, relay_shard
from serverless_runtime.handoff.relay.settings import DIMENSION, RelaySettings
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import Target
from serverless_runtime.shared import json_log
from serverless_runtime.shared.environment import MissingSettingsError, read_settings
from serverless_runtime.shared.metrics import write_metrics

STOPS_WITH_SECONDS_LEFT = 40
"""An attempt that began before takes 26 s at most, by the clients' timeouts and retries (claim and
removal 9 s each, invoke 8 s): the run ends, and emits its metrics, with more than 10 s left."""


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
            minimum_age_seconds=int(settings.minimum_age_seconds),
            has_time=lambda: _seconds_left(context) > STOPS_WITH_SECONDS_LEFT,
        )

    with ThreadPoolExecutor(max_workers=len(SHARDS) + 1) as pool:
        dead_letters = pool.submit(dead_letter_depth, settings.dead_letter_queue_url)
        report = sum(pool.map(relayed, SHARDS), start=Report())
    write_metrics(
        metrics_of(report, dead_letters=dead_letters.result()),
        {DIMENSION: settings.handoff_name},
        namespace=NAMESPACE,
    )


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


@functools.cache
def _adapters() -> tuple[RelaySettings, DynamoOutbox, Target]:
    settings, handoff = read_settings(RelaySettings), read_settings(HandoffSettings)
    if handoff.handoff_outbox_table_name is None:
        raise MissingSettingsError("the relay needs HANDOFF_OUTBOX_TABLE_NAME")
    return (
        settings,
        DynamoOutbox(handoff.handoff_outbox_table_name),
        Target(handoff.handoff_target_arn),
    )
