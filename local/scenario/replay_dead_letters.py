"""Reads and replays dead letters as `python -m serverless_ops dead-letters` does."""

from __future__ import annotations

from local.scenario.handoff_stack import HandoffStack
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.outcome import REPLAYED, Outcome
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.replay import Replay
from serverless_ops.dead_letters.replay_rate import RateLimiter
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.dead_letters.selection import MAX_REPLAYS, ReplayRules, select_for_replay

_LIMIT = 10_000
_PER_SECOND = 100


def read_dead_letters(stack: HandoffStack) -> list[DeadLetter]:
    """Return all dead letters; they are visible to the next reader again."""
    with _reader(stack) as reader:
        return list(reader.receive(_LIMIT))


def replay_dead_letters(stack: HandoffStack, *, max_replays: int = MAX_REPLAYS) -> list[DeadLetter]:
    """Replay all dead letters and return those that were replayed. Raises ReplayStoppedError."""
    outcomes: list[Outcome] = []
    target = FunctionDestination(stack.client("lambda"), stack.target_arn)
    with _reader(stack) as reader:
        selection = select_for_replay(reader.receive(_LIMIT), ReplayRules(max_replays=max_replays))
        Replay(
            reader=reader,
            destination=target,
            record=outcomes.append,
            rate_limiter=RateLimiter(_PER_SECOND),
        ).run(selection)
    return [each.dead_letter for each in outcomes if each.outcome == REPLAYED]


def _reader(stack: HandoffStack) -> DeadLetterReader:
    return DeadLetterReader(
        stack.client("sqs"), stack.dead_letter_queue_url, kind="invocation", poll_seconds=1
    )
