"""What the service needs from a channel, and how a channel can fail."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.once.settings import Guarantee


class ChannelError(Exception):
    """A channel did not send, and may be able to later.

    The text becomes the reason in a dead letter: it states who rejected what.
    """

    def __init__(self, text: str, *, retry_after_seconds: float | None = None) -> None:
        """`retry_after_seconds` is the wait that the provider requests, if it does."""
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class PermanentChannelError(ChannelError):
    """A channel did not send, and will not until the cause is fixed."""


class UnknownOutcomeError(ChannelError):
    """A channel may have sent, or not; there is no way to know."""


class Sender(Protocol):
    """Sends one message to one recipient: what a kind of channel has to provide."""

    def send(self, event: TaskEvent) -> str:
        """Notify the recipient of the event and return the provider's id for the message.

        Raises ChannelError or one of its kinds. Any other error counts as an unknown outcome.
        """
        ...


class Channel(Protocol):
    """Where people read notifications, as one delivery sees it."""

    @property
    def name(self) -> str:
        """Unique within the service; part of the delivery's key."""
        ...

    @property
    def recipient(self) -> str:
        """Whom it notifies, masked: for records and logs."""
        ...

    @property
    def event_types(self) -> Collection[EventType]:
        """The types of event that it notifies about; it never gets any other."""
        ...

    @property
    def guarantee(self) -> Guarantee:
        """What to do when the outcome of an earlier attempt is unknown."""
        ...

    @property
    def budget_seconds(self) -> float:
        """How long one attempt to send may take at most."""
        ...

    @property
    def failures(self) -> int:
        """Number of consecutive failures of its provider, as far as is known."""
        ...

    def send(self, event: TaskEvent) -> str:
        """Notify the recipient of the event, as `Sender.send` does."""
        ...


class ConfiguredChannel:
    """Fulfils `Channel` with its settings and the sender of its kind."""

    def __init__(
        self, *, settings: ChannelSettings, name: str, recipient: str, sender: Sender
    ) -> None:
        self.settings = settings
        self.name = name
        self.recipient = recipient
        self.sender = sender

    @property
    def event_types(self) -> Collection[EventType]:
        return self.settings.events

    @property
    def guarantee(self) -> Guarantee:
        return self.settings.guarantee

    @property
    def budget_seconds(self) -> float:
        return self.settings.budget_seconds

    @property
    def failures(self) -> int:
        """0: they are counted by its circuit breaker."""
        return 0

    def send(self, event: TaskEvent) -> str:
        return self.sender.send(event)
