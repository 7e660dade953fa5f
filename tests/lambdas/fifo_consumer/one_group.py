"""One group of a FIFO queue in memory, its parking lot, and workers that may be killed anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from serverless_runtime.fifo_consumer.group_order import GroupOrder
from serverless_runtime.queue_consumer import Message

MAX_ATTEMPTS = 3
SEQUENCE = "original"


class Killed(BaseException):
    """The worker's process is gone."""


class RefusedError(Exception):
    """The work failed."""


@dataclass
class OneGroup:
    """Implements `Parked` and `Lot`."""

    steps_left: int | None = None
    """Calls after which the worker is killed."""

    deduplicates: bool = True
    """Whether a killed worker's successor comes within five minutes."""

    poisons: set[str] = field(default_factory=set)
    queue: list[Message] = field(default_factory=list)
    lot: list[Message] = field(default_factory=list)
    parked: set[str] = field(default_factory=set)
    applied: list[str] = field(default_factory=list)
    sent: int = 0
    _numbers: int = 0
    _kept: set[str | None] = field(default_factory=set)

    def send(self, message: Message, sequence: str) -> None:
        self._step()
        if not (self.deduplicates and message.sequence_number in self._kept):
            self._kept.add(message.sequence_number)
            self.lot.append(self._message(message.body, {SEQUENCE: sequence}))
        self._step()

    def waiting(self, group: str) -> frozenset[str]:
        self._step()
        return frozenset(self.parked)

    def add(self, group: str, sequence: str) -> None:
        self._step()
        self.parked.add(sequence)
        self._step()

    def remove(self, group: str, sequence: str) -> None:
        self._step()
        self.parked.discard(sequence)
        self._step()

    def book(self) -> None:
        """Send the next number."""
        self.sent += 1
        self.queue.append(self._message(str(self.sent), {}))

    def replay(self) -> None:
        """Send the first of the lot to the queue again."""
        if self.lot:
            first = self.lot.pop(0)
            self.queue.append(self._message(first.body, dict(first.attributes)))

    def work(self, message: Message) -> None:
        self._step()
        if message.body in self.poisons:
            raise RefusedError(message.body)
        if message.body not in self.applied:
            self.applied.append(message.body)
        self._step()

    def receive(self, killed_after: int | None = None) -> None:
        """Let a worker receive the first message."""
        if not self.queue:
            return
        message = self.queue[0]
        self.steps_left = killed_after
        order = GroupOrder(
            self,
            self,
            max_attempts=MAX_ATTEMPTS,
            sequence_attribute=SEQUENCE,
            on_parked=lambda _: None,
        )
        if _ends(lambda: order.run(message, self.work)):
            self.queue.pop(0)
        else:
            self.queue[0] = self._received_again(message)
        self.steps_left = None

    def settle(self) -> None:
        """Receive, without kills, until nothing waits."""
        while self.queue:
            self.receive()

    def _message(self, body: str, attributes: dict[str, str]) -> Message:
        self._numbers += 1
        number = str(self._numbers)
        return Message(
            message_id=f"id-{number}",
            body=body,
            attributes=attributes,
            group="account",
            # Of different lengths: they are compared as numbers.
            sequence_number=number,
            queue_arn="arn:aws:sqs:eu-west-1:123456789012:bookings.fifo",
            receipt_handle="receipt",
        )

    @staticmethod
    def _received_again(message: Message) -> Message:
        values = {**vars(message), "receives": message.receives + 1}
        return Message(**values)

    def _step(self) -> None:
        if self.steps_left is None:
            return
        if self.steps_left == 0:
            raise Killed
        self.steps_left -= 1


def _ends(run: Callable[[], None]) -> bool:
    try:
        run()
    except (RefusedError, Killed):
        return False
    return True
