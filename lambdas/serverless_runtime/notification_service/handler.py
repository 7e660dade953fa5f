"""Lambda entry point of the notification service: the target of the task events' handoff."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from serverless_runtime.circuit_breaker.metrics import NAMESPACE as CIRCUIT_BREAKERS
from serverless_runtime.contracts.task_event import TaskEvent, UnreadableEventError
from serverless_runtime.notification_service import log_messages
from serverless_runtime.notification_service.channel import Channel
from serverless_runtime.notification_service.circuit_breaker_channel import (
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.notification_service.configured_channels import channels_from
from serverless_runtime.notification_service.delivery.dead_letters import SqsDeadLetters
from serverless_runtime.notification_service.delivery.every_channel import notify_channels
from serverless_runtime.notification_service.delivery.outcome_metrics import DeliveryMetrics
from serverless_runtime.notification_service.metrics import NAMESPACE
from serverless_runtime.notification_service.settings import NotificationSettings
from serverless_runtime.once.leases import Leases
from serverless_runtime.once.settings import read_once_settings
from serverless_runtime.shared import json_log
from serverless_runtime.shared.environment import read_settings
from serverless_runtime.shared.metrics import Counter, own_component
from serverless_runtime.shared.texts import text_of

_ID = re.compile(r"[A-Za-z0-9._=+/-]{1,128}")
_IDS = {"event_id": "id", "correlation_id": "correlationid", "task_id": "subject"}

log = logging.getLogger(__name__)


def handle(payload: object, context: Any) -> None:
    """Deliver one task event; permanent failures are dead-lettered immediately.

    An error makes Lambda retry, then dead-letter the event with the error's text.
    """
    json_log.configure(getattr(context, "aws_request_id", None))
    queue_url, leases, channels, metrics = _adapters()
    dead_letters = SqsDeadLetters(queue_url, payload, context)
    json_log.bind(**_ids(payload))
    try:
        event = TaskEvent.from_payload(payload)
    except UnreadableEventError as error:
        log.exception(log_messages.UNREADABLE_EVENT)
        dead_letters.add(text_of(error), type(error).__name__)
        return
    notify_channels(
        event, leases, channels, dead_letters, lambda: _seconds_left(context), metrics=metrics
    )


def _ids(payload: object) -> dict[str, str]:
    """What looks like ids of the event, so that log lines about an unreadable event can be
    found."""
    known = payload if isinstance(payload, Mapping) else {}
    return {
        field: known[name]
        for field, name in _IDS.items()
        if isinstance(known.get(name), str) and _ID.fullmatch(known[name])
    }


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


@functools.cache
def _adapters() -> tuple[str, Leases, Sequence[Channel], DeliveryMetrics]:
    settings, once = read_settings(NotificationSettings), read_once_settings()
    component = own_component()
    metrics = DeliveryMetrics(Counter(NAMESPACE, component))
    channels = with_circuit_breakers(
        channels_from(settings.channels),
        circuit_breaker_rows(once.table_name),
        metrics=Counter(CIRCUIT_BREAKERS, component),
    )
    leases = Leases(once.table_name, lease_seconds=int(once.lease_seconds))
    return settings.dead_letter_queue_url, leases, channels, metrics
