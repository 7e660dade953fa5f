"""One shard relayed with one event in flight, and with as many as a run of its own has."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.process import python, relayed, run
from benchmarks.relay_model import RelayModel
from benchmarks.stub import stub
from benchmarks.subjects import ENVIRONMENT, RELAY, unpacked
from serverless_runtime.handoff.relay.handler import AT_ONCE_ALONE

_EVENTS = 320
_TIMED = "import time; began = time.time()\n"
_SHOWN = "import sys; sys.stderr.flush()\nprint(time.time() - began, time.process_time())\n"


def relay_times() -> Iterator[tuple[int, float, float, float]]:
    """Yield events in flight, events a second, that as a ratio to one in flight, and processor
    milliseconds of an event. A start of Python is part of each."""
    model = RelayModel()
    with stub() as server, tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        server.delay_seconds = (model.claim_seconds + model.invoke_seconds) / 2
        folder = unpacked(RELAY, Path(name))
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        alone = 0.0
        for at_once in (1, 4, AT_ONCE_ALONE):
            code = _TIMED + relayed(RELAY, _EVENTS, at_once=at_once) + _SHOWN
            last = run(python(folder, code), environment).splitlines()[-1]
            seconds, processor_seconds = map(float, last.split())
            per_second = _EVENTS / seconds
            alone = alone or per_second
            yield at_once, per_second, per_second / alone, processor_seconds / _EVENTS * 1000
