"""Runs a command that stops in its own time, such as Pulumi's engine, which finishes first."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

# Python calls a handler only when the main thread is awake.
_AWAKE_SECONDS = 0.2


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end and return its status: 128 + n if signal n has ended it.

    Ctrl-C is for the command, which the terminal tells as well as us: we only wait. SIGTERM and
    SIGHUP are passed on.
    """
    with (
        subprocess.Popen(command, env=environment) as process,  # noqa: S603 -- the caller's command
        _signals_for(process),
    ):
        status = None
        while status is None:
            try:
                status = process.wait(_AWAKE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    return status if status >= 0 else 128 - status


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Iterator[None]:
    handlers = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        **{
            number: signal.signal(number, lambda number, _: process.send_signal(number))
            for number in (signal.SIGTERM, signal.SIGHUP)
        },
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
