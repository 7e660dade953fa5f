"""Idle connections of boto3's clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from serverless_runtime.shared.aws.client_config import MAX_IDLE_SECONDS


def close_idle_connections(client: Any, clock: Callable[[], float] = time.monotonic) -> None:
    """Make a client of boto3 open new connections after MAX_IDLE_SECONDS without a request."""
    last = clock()

    def before_send(**_: Any) -> None:
        nonlocal last
        before, last = last, clock()
        if last - before >= MAX_IDLE_SECONDS:
            client.close()

    client.meta.events.register("before-send", before_send)
