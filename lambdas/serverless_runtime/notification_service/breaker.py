"""Leaves a channel's provider alone while it is down. No AWS in here.

Counted over all instances of the function: after five failures in a row the breaker opens and
nobody calls. After a cool-down one of all instances may send one message, the probe; its outcome
closes the breaker, or opens it for longer. A breaker whose state cannot be read or written lets
every call through: it must not become the outage it is there to soften.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from serverless_runtime.notification_service.breaker_state import BreakerState, BreakerStates
from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.shared import timestamps

log = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
CACHE_SECONDS = 2
"""An instance asks for a channel's state no oftener than this."""

FIRST_COOL_DOWN_SECONDS = 30
LONGEST_COOL_DOWN_SECONDS = 300

PROBE_SECONDS = 60
"""More than the function's time-out of 45 s: no second probe while the first may still send."""


class BreakerOpenError(ChannelError):
    """The provider was not called: it has failed too often, and its time is not up."""


class Breaker:
    """One channel's, in one instance of the function."""

    def __init__(self, channel: str, states: BreakerStates, clock: Callable[[], float]) -> None:
        self._channel = channel
        self._states = states
        self._clock = clock
        self._cached = BreakerState()
        self._read_at = float("-inf")

    @property
    def failures(self) -> int:
        """How often in a row the provider has failed, up to two seconds ago."""
        return self._state().failures

    def call(self, send: Callable[[], str]) -> str:
        """Return what `send` returns, and raise what it raises.

        Raises BreakerOpenError, without calling it, while the breaker is open. An error that is no
        ChannelError is a fault of our own and says nothing about the provider: it is not counted,
        and if it ends a probe, the next one comes when the time of this one is up.
        """
        probe = self._admitted()
        try:
            provider_id = send()
        except PermanentChannelError:
            # The provider is up: it has judged this one message.
            self._answered(probe)
            raise
        except ChannelError as error:
            self._failed(probe, error)
            raise
        self._answered(probe)
        return provider_id

    def _admitted(self) -> str | None:
        """Return the name of our probe, or None if the breaker is closed."""
        state = self._state()
        if state.status == "CLOSED":
            return None
        now = self._now()
        if state.blocked_until > now:
            raise self._refusal(state)
        probe = uuid.uuid4().hex
        until = now + PROBE_SECONDS
        found = self._written(
            lambda: self._states.take_probe(self._channel, probe, until=until, now=now)
        )
        if found is None or found.status == "CLOSED":
            return None
        if found.changed_by != probe:
            raise self._refusal(found)
        return probe

    def _answered(self, probe: str | None) -> None:
        if probe is not None:
            state = self._written(lambda: self._states.close(self._channel, probe, self._now()))
            if state is not None and state.status == "CLOSED":
                log.info("breaker closed", extra={"channel": self._channel, "until": None})
        elif self._cached.status == "CLOSED" and self._cached.failures:
            self._written(lambda: self._states.forget_failures(self._channel, self._now()))

    def _failed(self, probe: str | None, error: ChannelError) -> None:
        now, reason = self._now(), str(error)
        if probe is not None:
            until = now + _cool_down(self._cached.trips + 1, error)
            self._opened(
                probe,
                lambda: self._states.open_again(self._channel, probe, reason, until=until, now=now),
            )
            return
        state = self._written(lambda: self._states.count_failure(self._channel, reason, now))
        if state is None or state.status != "CLOSED":
            return
        if state.failures >= FAILURES_TO_OPEN:
            owner, until = uuid.uuid4().hex, now + _cool_down(1, error)
            self._opened(
                owner,
                lambda: self._states.open(
                    self._channel, owner, failures=FAILURES_TO_OPEN, until=until, now=now
                ),
            )

    def _opened(self, owner: str, write: Callable[[], BreakerState]) -> None:
        state = self._written(write)
        # Several may try; the one that did it says so.
        if state is not None and state.status == "OPEN" and state.changed_by == owner:
            log.error(
                "breaker opened",
                extra={"channel": self._channel, "until": _text(state.blocked_until)},
            )

    def _state(self) -> BreakerState:
        if self._clock() - self._read_at >= CACHE_SECONDS:
            try:
                self._remember(self._states.read(self._channel))
            except Exception:
                log.exception("breaker not read: calls go through", extra=self._fields)
                self._remember(BreakerState())
        return self._cached

    def _written(self, write: Callable[[], BreakerState]) -> BreakerState | None:
        """Return the state that stands after the write, or None if the store did not take it."""
        try:
            state = write()
        except Exception:
            log.exception("breaker not written: calls go through", extra=self._fields)
            self._remember(BreakerState())
            return None
        self._remember(state)
        return state

    def _remember(self, state: BreakerState) -> None:
        self._cached, self._read_at = state, self._clock()

    def _refusal(self, state: BreakerState) -> BreakerOpenError:
        until = _text(state.blocked_until)
        stands = "is open" if state.status == "OPEN" else "tries its provider with one message,"
        return BreakerOpenError(
            f"nothing was sent: the breaker of {self._channel} {stands} until {until}, after "
            f"{state.failures} failures in a row, the last: {state.last_error}"
        )

    @property
    def _fields(self) -> dict[str, object]:
        return {"channel": self._channel}

    def _now(self) -> int:
        return int(self._clock())


def _cool_down(trips: int, error: ChannelError) -> int:
    """Seconds to leave the provider alone: doubled with each trip, or what it asks for."""
    doubled = FIRST_COOL_DOWN_SECONDS * 2 ** min(trips - 1, 10)
    asked = error.retry_after_seconds or 0
    return int(min(max(doubled, asked), LONGEST_COOL_DOWN_SECONDS))


def _text(epoch_seconds: int) -> str:
    return timestamps.to_text(datetime.fromtimestamp(epoch_seconds, UTC))
