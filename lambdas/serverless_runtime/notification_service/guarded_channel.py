"""A channel behind its breaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.breaker import Breaker
from serverless_runtime.notification_service.breaker_state import BreakerStates
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.settings.channel import Guarantee


class GuardedChannel:
    """Fulfils `Channel`: does what the channel does, while its breaker lets it."""

    def __init__(self, channel: ConfiguredChannel, breaker: Breaker) -> None:
        self._channel = channel
        self._breaker = breaker

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def sent_to(self) -> str:
        return self._channel.sent_to

    @property
    def event_types(self) -> Collection[EventType]:
        return self._channel.event_types

    @property
    def guarantee(self) -> Guarantee:
        return self._channel.guarantee

    @property
    def budget_seconds(self) -> float:
        return self._channel.budget_seconds

    @property
    def failures(self) -> int:
        return self._breaker.failures

    def send(self, event: TaskEvent) -> str:
        return self._breaker.call(lambda: self._channel.send(event))


def guarded(
    channels: Sequence[ConfiguredChannel],
    states: BreakerStates,
    clock: Callable[[], float] = time.time,
) -> list[GuardedChannel]:
    """Put each channel behind a breaker; those of the same settings have one provider, and one
    breaker, together."""
    names = {channel.settings.name for channel in channels}
    breakers = {name: Breaker(name, states, clock) for name in names}
    return [GuardedChannel(channel, breakers[channel.settings.name]) for channel in channels]
