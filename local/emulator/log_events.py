"""Reads a log group of the emulator."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="FilterLogEvents returns pages of up to 10,000 lines",
        emulator="returns the first page only, without a token for the next",
        workaround="local/emulator/log_events.py reads a whole log a hundred streams at a time",
    ),
)

_STREAMS_AT_ONCE = 100


def log_events(logs: Any, group: str) -> list[dict[str, Any]]:
    """Every event of a log group, oldest first."""
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    streams = sorted({each["logStreamName"] for page in pages for each in page["logStreams"]})
    events = [
        event
        for start in range(0, len(streams), _STREAMS_AT_ONCE)
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, logStreamNames=streams[start : start + _STREAMS_AT_ONCE]
        )
        for event in page["events"]
    ]
    return sorted(events, key=itemgetter("timestamp"))
