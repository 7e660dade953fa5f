"""What a department has done, once for each event, however often the event arrives."""

from __future__ import annotations

import logging
import os

from serverless_runtime.handoff.received import ReceivedEvent
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import is_condition_failure, service_errors

log = logging.getLogger(__name__)


def keep(department: str, event: ReceivedEvent) -> None:
    """Keep that the department has worked on the event."""
    try:
        aws.client("dynamodb").put_item(
            TableName=os.environ["ENTRIES"],
            Item={"department": {"S": department}, "event_id": {"S": event.event_id}},
            ConditionExpression="attribute_not_exists(event_id)",
        )
    except service_errors() as error:
        if not is_condition_failure(error):
            raise
        log.info("entered before", extra=event.ids)
    else:
        log.info("entered", extra=event.ids)
