"""A bad night: 1,000 dead letters, half of them unreadable, and an operator who is interrupted."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.ops.dead_letters.memory_sqs import MemorySqs
from tests.ops.fakes import Clock, Operator, Queue, RecordingLambda, an_event


class DedupingTarget(RecordingLambda):
    """Delivers an event once, as the notification service does."""

    def __init__(self, interrupt_at: tuple[int, ...]) -> None:
        super().__init__(self._accept)
        self.delivered: Counter[str] = Counter()
        self._interrupt_at = interrupt_at

    def _accept(self, event: Any) -> int:
        if event["id"] not in self.delivered:
            self.delivered[event["id"]] += 1
        if len(self.events) in self._interrupt_at:
            os.kill(os.getpid(), signal.SIGINT)
        return 202


def _fill(queue: Queue, pairs: int) -> set[str]:
    """Event ids of the readable ones; as many more are unreadable."""
    readable = {f"e-{number}" for number in range(pairs)}
    for event_id in sorted(readable):
        queue.add_failed(an_event(event_id))
        queue.add(f"not an event: {event_id}")
    return readable


def _replay_through_two_interruptions(
    operator: Operator, pairs: int, rate: float, audit: Path
) -> None:
    queue, target = operator.queue, DedupingTarget((pairs // 5, pairs // 2))
    operator.functions = target
    readable = _fill(queue, pairs)
    words = ("replay", "--apply", "--rate", str(rate), "--json", "--audit", str(audit))

    runs = [operator.types(*words) for _ in range(3)]

    summaries = [json.loads(run.stdout) for run in runs]
    assert [run.exit_code for run in runs] == [130, 130, 1]
    assert sum(summary["replayed"] for summary in summaries) == pairs
    assert target.delivered == Counter(readable)
    assert sum(operator.clock.slept) == pytest.approx((pairs - len(runs)) / rate)
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    replayed = [line["event_id"] for line in lines if line["outcome"] == "replayed"]
    assert Counter(replayed) == Counter(readable)

    assert summaries[-1]["unreadable"] == pairs
    assert (queue.visible(), queue.hidden()) == (pairs, 0)
    rerun = operator.types("replay", "--apply")
    assert rerun.exit_code == 1
    assert ["unreadable", str(pairs), "still", "in", "the", "queue:"] == next(
        line.split()[:6] for line in rerun.stdout.splitlines() if "unreadable" in line
    )


@pytest.mark.parametrize("seed", range(2))
def test_every_readable_one_is_delivered_once_and_every_unreadable_one_stays(
    tmp_path: Path, seed: int
) -> None:
    clock = Clock()
    operator = Operator(Queue(MemorySqs(clock, seed)), clock=clock)

    # A hundred seconds a run and more, so that what is held must be hidden again and again.
    _replay_through_two_interruptions(operator, 500, 0.5, tmp_path / "audit")


def test_so_it_is_with_motos_queue(queue: Queue, tmp_path: Path) -> None:
    _replay_through_two_interruptions(Operator(queue), 20, 50, tmp_path / "audit")
