"""What the service needs of a channel, and what can go wrong with one."""

from __future__ import annotations

from typing import Protocol

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.settings import Guarantee


class ChannelError(Exception):
    """A channel did not send, and may be able to later.

    The text of every error here becomes a dead letter's reason: say who refused what.
    """


class PermanentChannelError(ChannelError):
    """A channel did not send, and never will as long as nobody mends something."""


class UnknownOutcomeError(ChannelError):
    """A channel may have sent or not; nobody can tell from here."""


class Channel(Protocol):
    """Where people read notifications."""

    @property
    def name(self) -> str:
        """Tells it from the service's other channels; part of the delivery's key."""
        ...

    @property
    def guarantee(self) -> Guarantee:
        """What to do when the outcome of an earlier attempt is unknown."""
        ...

    def send(self, event: TaskEvent) -> str:
        """Tell people about the event and return the provider's id for it.

        Raises ChannelError or one of its kinds. Any other error counts as an unknown outcome.
        """
        ...
