"""The reconciliation at the end, from the emulator's own state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from local.scenario.chaos.duplicate_window import DuplicateWindow
from local.scenario.chaos.load import event_id_of
from local.scenario.handoff_stack import HandoffStack
from serverless_runtime.task_service.task_rows import task_of

_EVENT_ID = re.compile(r"event ([0-9a-f-]{36})\s*$")


def reconcile(
    stack: HandoffStack, expected_ids: set[str], window: DuplicateWindow
) -> dict[str, int]:
    """Compare the emails that were sent with the events that must be delivered.

    "Inside" the window are those sent twice for which a fault in the duplicate window was the
    reason.
    """
    expected = expected_ids | stored(stack)
    sent = messages(stack)
    repeated = {event_id for event_id, times in sent.items() if times > 1}
    return {
        "expected": len(expected),
        "delivered": len(expected & sent.keys()),
        "twice, inside the window": len(repeated & window.excused),
        "twice, outside": len(repeated - window.excused),
    }


def messages(stack: HandoffStack) -> Counter[str]:
    """How often SES sent each event."""
    found = (_EVENT_ID.search(email["BodyText"]) for email in stack.emulator.emails())
    return Counter(match[1] for match in found if match)


def stored(stack: HandoffStack) -> set[str]:
    """The events of every stored task, also of those whose clients got no response."""
    events = set()
    for row in rows(stack, stack.outputs["tasksTableName"]):
        if "version" in row:
            task = task_of(row)
            is_new = task.status != "completed"
            events.add(event_id_of(task, "task.created.v1" if is_new else "task.completed.v1"))
    return events


def rows(stack: HandoffStack, table: str) -> Iterator[dict[str, Any]]:
    """Every row of a table."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    for page in pages:
        yield from page["Items"]
