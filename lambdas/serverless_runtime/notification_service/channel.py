"""What the service needs of a channel, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.settings.channel import ChannelSettings, Guarantee


class ChannelError(Exception):
    """A channel did not send, and may be able to later.

    The text of every error here becomes a dead letter's reason: say who refused what.
    """

    def __init__(self, text: str, *, retry_after_seconds: float | None = None) -> None:
        """`retry_after_seconds` is how long the provider asks to be left alone, if it says."""
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class PermanentChannelError(ChannelError):
    """A channel did not send, and never will as long as nobody mends something."""


class UnknownOutcomeError(ChannelError):
    """A channel may have sent or not; nobody can tell from here."""


class Sender(Protocol):
    """Sends one message to one place: what a kind of channel has to bring."""

    def send(self, event: TaskEvent) -> str:
        """Tell people about the event and return the provider's id for it.

        Raises ChannelError or one of its kinds. Any other error counts as an unknown outcome.
        """
        ...


class Channel(Protocol):
    """Where people read notifications, as far as one delivery is concerned."""

    @property
    def name(self) -> str:
        """Tells it from the service's other channels; part of the delivery's key."""
        ...

    @property
    def sent_to(self) -> str:
        """Where it sends, masked: for records and logs."""
        ...

    @property
    def event_types(self) -> Collection[EventType]:
        """What it tells of; it never hears of other events."""
        ...

    @property
    def guarantee(self) -> Guarantee:
        """What to do when the outcome of an earlier attempt is unknown."""
        ...

    @property
    def budget_seconds(self) -> float:
        """How long one attempt to send may take at worst."""
        ...

    @property
    def failures(self) -> int:
        """How often in a row its provider has failed, as far as is known here."""
        ...

    def send(self, event: TaskEvent) -> str:
        """Tell people about the event, as `Sender.send` does."""
        ...


@dataclass(frozen=True, kw_only=True)
class ConfiguredChannel:
    """Fulfils `Channel` with the settings of one and the sender of its kind."""

    settings: ChannelSettings
    name: str
    sent_to: str
    sender: Sender

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
        """0: nobody counts them until it is behind a breaker."""
        return 0

    def send(self, event: TaskEvent) -> str:
        return self.sender.send(event)
