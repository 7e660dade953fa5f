"""Receives dead letters from their queue, and releases those that are not deleted.

SQS hides what it returns. Received messages stay hidden while the work goes on and are visible
again when it ends, or by themselves within five minutes if it is killed.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from serverless_ops.aws.errors import explain
from serverless_ops.aws.queue_depth import Depth, read_depth
from serverless_ops.context import POLL_SECONDS
from serverless_ops.dead_letters import kinds
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.interrupts import Interrupts

HIDDEN_SECONDS = 300

WHY_HIDDEN = (
    "another reader has received them, or a run was killed and they are visible again within "
    f"{HIDDEN_SECONDS // 60} minutes"
)

_RENEW_AFTER = 0.4
"""When a hold is extended: after this part of it."""

_BATCH = 10
# Even a long poll sometimes returns nothing from a queue that is not empty. After three in a row
# the queue's counts are read, and after ten it is taken to have nothing more for this reader.
_EMPTY_RECEIVES = 3
_MAX_EMPTY_RECEIVES = 10


@dataclass
class _Hold:
    handle: str
    since: float


class DeadLetterReader:
    """Reads one dead-letter queue. As a context manager it releases what it holds at the end."""

    def __init__(
        self,
        sqs: Any,
        url: str,
        *,
        kind: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        interrupts: Interrupts | None = None,
        poll_seconds: int = POLL_SECONDS,
        hidden_seconds: int = HIDDEN_SECONDS,
    ) -> None:
        """Messages that were received and not released are visible again after
        `hidden_seconds`, unless `keep_hidden` extends that."""
        self.url = url
        self.requests = 0
        """Number of requests to SQS, which charges by the request."""

        self.unread = 0
        """About how many visible messages SQS did not return, despite repeated requests."""

        self.hidden_elsewhere = 0
        """Approximate number of messages that another reader, or a killed run, has received."""

        self.hidden_seconds = 0.0
        """After the end: for how long messages that this reader has received stay hidden, although
        it released them; 0 if they are visible again."""

        self.may_be_hidden = 0
        """How many more SQS may have hidden for a response that was lost."""

        self.why_hidden = ""
        """Why they could not be released."""

        self._sqs = sqs
        self._read = functools.partial(kinds.read, kind)
        self._clock = clock
        self._interrupts = interrupts or Interrupts()
        self._poll_seconds = poll_seconds
        self._hold_seconds = hidden_seconds
        self._held: dict[str, _Hold] = {}
        self._none_due_before = -math.inf
        self._seen: set[str] = set()
        self._lost_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.release_all()

    def depth(self) -> Depth:
        """Return how many messages there are; those held here count as hidden."""
        self.requests += 1
        return read_depth(self._sqs, self.url)

    def receive(
        self,
        limit: int | None = None,
        *,
        before: datetime | None = None,
        until: float = math.inf,
    ) -> Iterator[DeadLetter]:
        """Yield every dead letter once, up to `limit` or until SQS returns no more.

        Those that arrived after `before` are received too, but do not prolong the reading: it
        ends although the queue may fill as fast as it is read. After `until`, by the reader's
        clock, SQS is not called again.
        """
        received = empty_receives = 0
        while (limit is None or received < limit) and self._clock() < until:
            if self._is_exhausted(empty_receives):
                break
            dead_letters = self._receive(_BATCH if limit is None else min(_BATCH, limit - received))
            received += len(dead_letters)
            earlier = [each for each in dead_letters if not each.arrived_after(before)]
            empty_receives = 0 if earlier else empty_receives + 1
            self.keep_hidden()
            yield from dead_letters

    def holds(self, dead_letter: DeadLetter) -> bool:
        """Whether the message is still hidden for this reader, and no other reader can receive
        it."""
        hold = self._held.get(dead_letter.message_id)
        return hold is not None and self._clock() - hold.since < self._hold_seconds

    def keep_hidden(self) -> None:
        """Extend the hold; a message that another reader has received by now is no longer held."""
        # It is called for each message: the more are held, the longer a look at all of them takes.
        if self._clock() < self._none_due_before:
            return
        due = self._clock() - self._hold_seconds * _RENEW_AFTER
        old = {name: hold for name, hold in self._held.items() if hold.since <= due}
        for rejected in self._change_visibility(old, self._hold_seconds):
            del self._held[rejected]
        oldest = min((hold.since for hold in self._held.values()), default=self._clock())
        self._none_due_before = oldest + self._hold_seconds * _RENEW_AFTER

    def delete(self, dead_letter: DeadLetter) -> None:
        """Delete a message. Raises what boto3 raises; the message is then still held."""
        self._call("delete_message", ReceiptHandle=self._held[dead_letter.message_id].handle)
        del self._held[dead_letter.message_id]

    def try_delete(self, dead_letter: DeadLetter) -> str | None:
        """Delete a message and return None, or return what SQS said instead of confirming it.

        The message can be gone all the same: the answer may have been lost on its way.
        """
        try:
            self.delete(dead_letter)
        except (ClientError, BotoCoreError) as error:
            return f"SQS did not confirm the deletion: {error}"
        return None

    @property
    def is_fifo(self) -> bool:
        """Whether SQS returns more of a message group only when what it returned is deleted."""
        return self.url.endswith(".fifo")

    @property
    def held(self) -> int:
        """How many messages are hidden for this reader; after the end, still hidden."""
        return len(self._held)

    def release_all(self) -> None:
        """Make the held messages visible to other readers immediately, as far as possible."""
        self.why_hidden = "interrupted while they were released"
        try:
            with self._interrupts.shielded():
                self._release()
            self.why_hidden = "SQS may have sent them in a response that was lost"
        except (ClientError, BotoCoreError) as error:
            self.why_hidden = explain(error)
        finally:
            if self._held or self.may_be_hidden:
                latest = max(self._lost_at, *(hold.since for hold in self._held.values()), 0)
                self.hidden_seconds = max(latest + self._hold_seconds - self._clock(), 0)

    def _release(self) -> None:
        everything = list(self._held)
        for start in range(0, len(everything), _BATCH):
            names = everything[start : start + _BATCH]
            self._change_visibility({name: self._held[name] for name in names}, 0)
            # What SQS rejects is not this reader's any more.
            for name in names:
                del self._held[name]

    def _is_exhausted(self, empty_receives: int) -> bool:
        if empty_receives < _EMPTY_RECEIVES:
            return False
        visible, hidden, _ = self.depth()
        # Both counts lag, their sum less so: it does not change when a message is read.
        others = max(0, visible + hidden - len(self._held))
        self.unread = min(visible, others)
        self.hidden_elsewhere = others - self.unread
        return not self.unread or empty_receives >= _MAX_EMPTY_RECEIVES

    def _receive(self, count: int) -> list[DeadLetter]:
        with self._interrupts.shielded():
            try:
                response = self._call(
                    "receive_message",
                    MaxNumberOfMessages=count,
                    VisibilityTimeout=self._hold_seconds,
                    WaitTimeSeconds=self._poll_seconds,
                    MessageAttributeNames=["All"],
                    AttributeNames=["All"],
                )
            except HTTPClientError:
                self.may_be_hidden = _BATCH
                self._lost_at = self._clock()
                raise
            except ClientError as error:
                # 120000 messages are hidden: SQS returns no more of this queue for now.
                if error.response["Error"]["Code"].endswith("OverLimit"):
                    return []
                raise
            messages = {found["MessageId"]: found for found in response.get("Messages", [])}
            now = self._clock()
            for name, found in messages.items():
                self._held[name] = _Hold(found["ReceiptHandle"], now)
            new = [found for name, found in messages.items() if name not in self._seen]
            self._seen |= messages.keys()
        return [DeadLetter.from_message(found, self._read) for found in new]

    def _change_visibility(self, holds: dict[str, _Hold], seconds: int) -> list[str]:
        """Return the messages for which SQS rejected the change."""
        rejected: list[str] = []
        everything = list(holds)
        for start in range(0, len(everything), _BATCH):
            names = everything[start : start + _BATCH]
            response = self._call(
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
            for done in response.get("Successful", []):
                holds[names[int(done["Id"])]].since = self._clock()
            rejected += [names[int(entry["Id"])] for entry in response.get("Failed", [])]
        return rejected

    def _call(self, operation: str, **arguments: Any) -> Any:
        self.requests += 1
        return getattr(self._sqs, operation)(QueueUrl=self.url, **arguments)
