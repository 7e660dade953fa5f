"""What the functions of a stack have logged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from local.emulator.clients import Clients

_PREFIX = "/aws/lambda/"
_POLL_SECONDS = 0.5


def function_logs(client: Clients, function: str | None, *, follow: bool) -> Iterator[str]:
    """Yield a line for each that a function logged, oldest first; with `follow`, new ones too.

    `function` is a part of its name; None is every function.
    """
    seen: set[str] = set()
    while True:
        events = [
            (event["timestamp"], event["eventId"], group, event["message"])
            for group in _groups(client("logs"), function)
            for event in _events(client("logs"), group)
            if event["eventId"] not in seen
        ]
        for at_ms, event_id, group, message in sorted(events):
            seen.add(event_id)
            at = datetime.fromtimestamp(at_ms / 1000, UTC)
            yield f"{at:%H:%M:%S.%f} {group.removeprefix(_PREFIX)}  {message.rstrip()}"
        if not follow:
            return
        time.sleep(_POLL_SECONDS)


def _groups(logs: Any, function: str | None) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return [name for name in names if function is None or function in name]


def _events(logs: Any, group: str) -> Iterator[dict[str, Any]]:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
        yield from page["events"]
