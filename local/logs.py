"""What the functions of a stack have logged."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from local.emulator.clients import Clients
from local.emulator.log_events import log_events
from local.emulator.start import EmulatorError

_PREFIX = "/aws/lambda/"
_POLL_SECONDS = 0.5


def function_logs(client: Clients, function: str | None, *, follow: bool) -> Iterator[str]:
    """Yield a line for each that a function logged, oldest first; with `follow`, new ones too.

    `function` is a part of its name; None is every function.
    """
    seen: Counter[str] = Counter()
    while True:
        events = [
            (event["timestamp"], group, event["message"])
            for group in _groups(client("logs"), function)
            for event in log_events(client("logs"), group)[seen[group] :]
        ]
        for at_ms, group, message in sorted(events, key=itemgetter(0)):
            seen[group] += 1
            at = datetime.fromtimestamp(at_ms / 1000, UTC)
            yield f"{at:%H:%M:%S.%f} {group.removeprefix(_PREFIX)}  {message.rstrip()}"
        if not follow:
            return
        time.sleep(_POLL_SECONDS)


def _groups(logs: Any, function: str | None) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX)
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    found = [name for name in names if function is None or function in name]
    if not found:
        raise EmulatorError(
            f"no function has {function!r} in its name; the functions are "
            + (", ".join(name.removeprefix(_PREFIX) for name in names) or "none")
        )
    return found
