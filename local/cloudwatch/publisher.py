"""Publishes metrics and evaluates alarms in the background.

On AWS a datapoint is published each minute; here each second, so that an alarm changes its state
within seconds. The alarm itself is the program's own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.cloudwatch.alarms import Alarms
from local.cloudwatch.metrics import EmbeddedMetrics, publish_queue_depths
from local.emulator.clients import Clients

_INTERVAL_SECONDS = 1.0

log = logging.getLogger(__name__)


@contextmanager
def publishing_metrics(client: Clients) -> Iterator[None]:
    """Publish and evaluate for as long as the block runs."""
    stopped = threading.Event()
    jobs: list[Callable[[], None]] = [
        lambda: publish_queue_depths(client),
        EmbeddedMetrics(client).publish,
        Alarms(client).evaluate,
    ]

    def run_until_stopped() -> None:
        while not stopped.wait(_INTERVAL_SECONDS):
            for job in jobs:
                try:
                    job()
                except Exception:
                    log.exception("metrics could not be published; trying again")

    publisher = threading.Thread(target=run_until_stopped, name="metrics", daemon=True)
    publisher.start()
    try:
        yield
    finally:
        stopped.set()
        publisher.join()
