"""Says on stderr what is waited for, if AWS takes long to respond."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NOTICE_AFTER_SECONDS = 5.0


@contextmanager
def announced(what: str, seconds: float = NOTICE_AFTER_SECONDS) -> Iterator[None]:
    """Say that `what` is waited for, if the block takes longer."""
    timer = threading.Timer(seconds, _print, (f"Waiting for {what} …",))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def announce_waiting(client: Any, seconds: float = NOTICE_AFTER_SECONDS) -> None:
    """Let a boto3 client announce each request that has no response after so many seconds."""
    service = client.meta.service_model.service_name
    of_thread = threading.local()

    def started(request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        text = f"Waiting for {service} at {request.url.split('?')[0]} ({operation}) …"
        of_thread.timer = threading.Timer(seconds, _print, (text,))
        of_thread.timer.daemon = True
        of_thread.timer.start()

    def ended(**_: Any) -> None:
        if timer := getattr(of_thread, "timer", None):
            timer.cancel()

    client.meta.events.register("before-send", started)
    client.meta.events.register("response-received", ended)


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- from a thread, beside any progress bar
