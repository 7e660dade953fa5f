"""Lambda entry point of the notification service: the target of the task events' handoff."""

from __future__ import annotations

import functools
import logging

from lambdas.contracts.task_event import TaskEvent, UnreadableEventError
from lambdas.notification_service.channel_settings import channels_from
from lambdas.notification_service.dynamo_deliveries import DynamoDeliveries
from lambdas.notification_service.notify import Channel, notify
from lambdas.notification_service.settings import NotificationSettings
from lambdas.shared import json_log
from lambdas.shared.environment import read_settings

log = logging.getLogger(__name__)


def handle(payload: object, context: object) -> None:
    """Deliver one task event. Raising makes Lambda retry, then dead-letter it with the text."""
    json_log.configure(getattr(context, "aws_request_id", None))
    try:
        event = TaskEvent.from_payload(payload)
    except UnreadableEventError:
        log.exception("unreadable event")
        raise
    deliveries, channels = _adapters()
    notify(event, deliveries, channels)


@functools.cache
def _adapters() -> tuple[DynamoDeliveries, list[Channel]]:
    settings = read_settings(NotificationSettings)
    return DynamoDeliveries(settings.deliveries_table_name), channels_from(settings.channels)
