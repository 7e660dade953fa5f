"""Takes dead letters from their queue, and gives back what is not deleted.

SQS hides what it hands out. Messages taken stay hidden while the work goes on, are shown again
when it ends, and come back by themselves within five minutes if it is killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from botocore.exceptions import BotoCoreError, ClientError

from ops.dead_letter import DeadLetter
from ops.interrupts import Interrupts

HIDDEN_SECONDS = 300
POLL_SECONDS = 2

WHY_HIDDEN = (
    "somebody else is reading them, or a run was killed and they come back within "
    f"{HIDDEN_SECONDS // 60} minutes"
)

_RENEW_AFTER_SECONDS = 120
_BATCH = 10
# Even a long poll sometimes finds nothing in a queue that is not empty. After three in a row the
# queue is asked whether it has more, and after ten it is believed to have none for us.
_EMPTY_RECEIVES = 3
_MOST_EMPTY_RECEIVES = 10


@dataclass
class _Hold:
    handle: str
    since: float


class Depth(NamedTuple):
    """What the queue says of itself; SQS calls both approximate."""

    visible: int
    hidden: int


class LetterQueue:
    """A dead-letter queue. As a context manager it gives back what it holds at the end."""

    def __init__(
        self,
        sqs: Any,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        interrupts: Interrupts | None = None,
        poll_seconds: int = POLL_SECONDS,
    ) -> None:
        self.url = url
        self.requests = 0
        """How many requests SQS has been sent; it charges by them."""

        self.unread = 0
        """About how many visible messages the last reading did not get, although it tried."""

        self.hidden_elsewhere = 0
        """About how many it did not get because another reader, or a killed one, has them."""

        self._sqs = sqs
        self._clock = clock
        self._interrupts = interrupts or Interrupts()
        self._poll_seconds = poll_seconds
        self._held: dict[str, _Hold] = {}
        self._seen: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.give_back()

    def depth(self) -> Depth:
        """How many messages there are, those held here among the hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._call("get_queue_attributes", AttributeNames=names)
        visible, hidden = (int(answer["Attributes"][name]) for name in names)
        return Depth(visible, hidden)

    def take(
        self, limit: int | None = None, *, before: datetime | None = None
    ) -> Iterator[DeadLetter]:
        """Every dead letter once, until `limit` or until nothing more comes.

        Those that came after `before` are taken too but do not keep the reading alive: a queue
        that fills as fast as it is read has an end.
        """
        taken = empty_receives = 0
        while not self._at_the_end(empty_receives) and (limit is None or taken < limit):
            letters = self._receive(_BATCH if limit is None else min(_BATCH, limit - taken))
            taken += len(letters)
            old = [letter for letter in letters if not came_after(letter, before)]
            empty_receives = 0 if old else empty_receives + 1
            self.keep_hidden()
            yield from letters

    def holds(self, letter: DeadLetter) -> bool:
        """Whether the message is still hidden for us, and nobody else can have it."""
        hold = self._held.get(letter.message_id)
        return hold is not None and self._clock() - hold.since < HIDDEN_SECONDS

    def keep_hidden(self) -> None:
        """Hide what is held for another while; what somebody else has by now is no longer held."""
        due = self._clock() - _RENEW_AFTER_SECONDS
        old = {name: hold for name, hold in self._held.items() if hold.since <= due}
        for refused in self._change_visibility(old, HIDDEN_SECONDS):
            del self._held[refused]

    def delete(self, letter: DeadLetter) -> None:
        """Remove a message for good. Raises what boto3 raises; the message is held then."""
        self._call("delete_message", ReceiptHandle=self._held[letter.message_id].handle)
        del self._held[letter.message_id]

    def give_back(self) -> None:
        """Show what is held to the next reader at once."""
        with self._interrupts.shielded(), suppress(ClientError, BotoCoreError):
            # What cannot be given back comes back by itself.
            self._change_visibility(self._held, 0)
            self._held = {}

    def _at_the_end(self, empty_receives: int) -> bool:
        if empty_receives < _EMPTY_RECEIVES:
            return False
        visible, hidden = self.depth()
        # Both counts lag behind, their sum less so: it does not change when a message is read.
        others = max(0, visible + hidden - len(self._held))
        self.unread = min(visible, others)
        self.hidden_elsewhere = others - self.unread
        return not self.unread or empty_receives >= _MOST_EMPTY_RECEIVES

    def _receive(self, count: int) -> list[DeadLetter]:
        with self._interrupts.shielded():
            try:
                answer = self._call(
                    "receive_message",
                    MaxNumberOfMessages=count,
                    VisibilityTimeout=HIDDEN_SECONDS,
                    WaitTimeSeconds=self._poll_seconds,
                    MessageAttributeNames=["All"],
                    AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                )
            except ClientError as error:
                # 120000 messages are hidden: SQS hands out no more of this queue for now.
                if error.response["Error"]["Code"].endswith("OverLimit"):
                    return []
                raise
            messages = {found["MessageId"]: found for found in answer.get("Messages", [])}
            now = self._clock()
            for name, found in messages.items():
                self._held[name] = _Hold(found["ReceiptHandle"], now)
            new = [found for name, found in messages.items() if name not in self._seen]
            self._seen |= messages.keys()
        return [DeadLetter.from_message(found) for found in new]

    def _change_visibility(self, holds: dict[str, _Hold], seconds: int) -> list[str]:
        """Return the messages for which it was refused."""
        refused: list[str] = []
        for names in _batches(holds):
            answer = self._call(
                "change_message_visibility_batch",
                Entries=[
                    {
                        "Id": str(place),
                        "ReceiptHandle": holds[name].handle,
                        "VisibilityTimeout": seconds,
                    }
                    for place, name in enumerate(names)
                ],
            )
            for done in answer.get("Successful", []):
                holds[names[int(done["Id"])]].since = self._clock()
            refused += [names[int(entry["Id"])] for entry in answer.get("Failed", [])]
        return refused

    def _call(self, operation: str, **arguments: Any) -> Any:
        self.requests += 1
        return getattr(self._sqs, operation)(QueueUrl=self.url, **arguments)


def came_after(letter: DeadLetter, moment: datetime | None) -> bool:
    """Whether the message came into the queue later than `moment`."""
    return moment is not None and letter.sent_at is not None and letter.sent_at > moment


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    everything = list(names)
    for start in range(0, len(everything), _BATCH):
        yield everything[start : start + _BATCH]
