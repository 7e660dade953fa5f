"""The log of a relay, of which CloudWatch returns what it is asked for and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.relay.metrics import OLDEST_AGE, RELAY_FAILED, RELAY_HANDED_OFF


class RelayLog:
    """The calls of boto3's logs client that the commands use."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []

    def ran(self, at: datetime, handed_off: int = 0, failed: int = 0) -> None:
        """Log the metrics of a run."""
        counts = {OLDEST_AGE: 0, RELAY_HANDED_OFF: handed_off, RELAY_FAILED: failed}
        self._add(at, {"_aws": {"Timestamp": _epoch_ms(at)}, **counts})

    def failed(self, at: datetime, event_id: str, **fields: Any) -> None:
        """Log why an event could not be handed off."""
        self._add(at, {"message": log_messages.HANDOFF_FAILED, "event_id": event_id, **fields})

    def get_paginator(self, operation: str) -> RelayLog:
        assert operation == "filter_log_events"
        return self

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield each event on a page of its own."""
        text = arguments["filterPattern"].strip('"')
        period = (arguments["startTime"], arguments["endTime"])
        for each in self._events:
            found = text in each["message"] and period[0] <= each["timestamp"] <= period[1]
            yield {"events": [each] if found else []}

    def _add(self, at: datetime, line: dict[str, Any]) -> None:
        self._events.append({"message": json.dumps(line), "timestamp": _epoch_ms(at)})


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
