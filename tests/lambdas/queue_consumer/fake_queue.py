"""A queue that records what a consumer asks of it."""

from __future__ import annotations

from serverless_runtime.queue_consumer import Message


class FakeQueue:
    """Implements `Queue`."""

    def __init__(self, max_receives: int | None = 5, *, broken: bool = False) -> None:
        self._max_receives = max_receives
        self._broken = broken
        self.hidden: dict[str, int] = {}
        self.deleted: list[str] = []

    @property
    def max_receives(self) -> int | None:
        self._break()
        return self._max_receives

    def hide(self, message: Message, seconds: int) -> None:
        self._break()
        self.hidden[message.message_id] = seconds

    def delete(self, message: Message) -> None:
        self._break()
        self.deleted.append(message.message_id)

    def _break(self) -> None:
        if self._broken:
            raise ConnectionError("SQS does not respond")
