"""The account at the end, from the emulator's own state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.chaos.load import event_id_of
from local.chaos.window import Window
from local.stack import DeployedStack
from serverless_runtime.task_service.task_rows import task_of

_EVENT_ID = re.compile(r"event ([0-9a-f-]{36})\s*$")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Counts of events."""

    sent: int
    delivered: int
    inside: int
    """Told of more than once, with a fault in the window."""

    outside: int
    """Told of more than once, without."""

    @property
    def lost(self) -> int:
        return self.sent - self.delivered

    @property
    def holds(self) -> bool:
        return self.lost == 0 and self.outside == 0


def take_account(stack: DeployedStack, promised: set[str], window: Window) -> Account:
    """Hold what was told against what must be told of."""
    owed = promised | stored(stack)
    told = messages(stack)
    repeated = {event_id for event_id, times in told.items() if times > 1}
    return Account(
        sent=len(owed),
        delivered=len(owed & told.keys()),
        inside=len(repeated & window.excused),
        outside=len(repeated - window.excused),
    )


def messages(stack: DeployedStack) -> Counter[str]:
    """How often SES was given each event."""
    found = (_EVENT_ID.search(email["BodyText"]) for email in stack.emails())
    return Counter(match[1] for match in found if match)


def stored(stack: DeployedStack) -> set[str]:
    """The events of every task that is there, also of those whose clients got no answer."""
    events = set()
    for row in rows(stack, "tasksTableName"):
        if "version" in row:
            task = task_of(row)
            is_new = task.status != "completed"
            events.add(event_id_of(task, "task.created.v1" if is_new else "task.completed.v1"))
    return events


def rows(stack: DeployedStack, table: str) -> Iterator[dict[str, Any]]:
    """Every row of one of the stack's tables."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs[table])
    for page in pages:
        yield from page["Items"]
