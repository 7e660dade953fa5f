"""Looks at dead letters and replays them: hands each event to the target once more.

SQS's own redrive is no help: it moves messages between queues, and refuses queues that Lambda
feeds. A message leaves the queue only after Lambda has accepted its event, so an event can be
handed over twice (the target skips duplicates) but never lost.

For programs; `python -m ops dead-letters` is for people.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ops.dead_letter import DeadLetter
from ops.interrupts import Interrupts
from ops.letter_queue import LetterQueue
from ops.plan import MAX_REPLAYS, ReplayRules, plan_replay
from ops.run import FAILED, REPLAYED, Outcome, Pace, Replay, ReplayStoppedError
from ops.selection import Selection
from ops.target import Target

__all__ = [
    "DeadLetter",
    "ReplayReport",
    "ReplayStoppedError",
    "read_dead_letters",
    "replay_dead_letters",
]

_PER_SECOND = 100


@dataclass(kw_only=True)
class ReplayReport:
    """What one replay did, by message id."""

    replayed: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Left in the queue: they hold no event."""

    refused: list[str] = field(default_factory=list)
    """Left in the queue: replayed too often already, or the same event as another message."""

    failed: list[str] = field(default_factory=list)
    """Left in the queue: this one event was not accepted, or its message was taken meanwhile."""

    def note(self, outcome: Outcome) -> None:
        """Enter what became of one dead letter."""
        lists = {"unreadable": self.unreadable, REPLAYED: self.replayed, FAILED: self.failed}
        lists.get(outcome.outcome, self.refused).append(outcome.letter.message_id)


def read_dead_letters(
    sqs: Any, queue_url: str, *, limit: int, poll_seconds: int = 1
) -> list[DeadLetter]:
    """Up to `limit` dead letters. All are visible to the next reader again afterwards.

    `poll_seconds` is SQS's WaitTimeSeconds; at 0 it asks only some of its servers and may miss
    messages.
    """
    with LetterQueue(sqs, queue_url, poll_seconds=poll_seconds) as queue:
        return list(queue.take(limit))


def replay_dead_letters(
    sqs: Any,
    functions: Any,
    queue_url: str,
    target_arn: str,
    *,
    limit: int,
    max_replays: int = MAX_REPLAYS,
    poll_seconds: int = 1,
) -> ReplayReport:
    """Read up to `limit` dead letters and hand them to the target again.

    The `replays` of a CloudEvents object grows by one; other events are handed over as they are.
    An event with `max_replays` replays behind it stays in the queue, as does what is unreadable.
    Raises ReplayStoppedError if the target does not accept an event.
    """
    report = ReplayReport()
    rules = ReplayRules(started_at=datetime.now(UTC), max_replays=max_replays)
    with LetterQueue(sqs, queue_url, poll_seconds=poll_seconds) as queue:
        plan = plan_replay(queue.take(limit), Selection(), rules)
        Replay(
            queue=queue,
            target=Target(functions, target_arn),
            pace=Pace(_PER_SECOND, time.monotonic, time.sleep),
            sleep=time.sleep,
            interrupts=Interrupts(),
            note=report.note,
        ).run(plan)
    return report
