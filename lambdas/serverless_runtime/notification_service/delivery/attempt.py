"""Decides whether one event is delivered on one channel, and when it counts as delivered."""

from __future__ import annotations

import logging
from typing import Protocol

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service import log_messages
from serverless_runtime.notification_service.channel import (
    Channel,
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.delivery.outcome_metrics import DeliveryMetrics
from serverless_runtime.once.leases import InProgressError, Lease, Leases
from serverless_runtime.shared.texts import text_of

log = logging.getLogger(__name__)

_EARLIER_ATTEMPT = "an earlier attempt began to send and never reported an outcome"
_NOT_SENT_AGAIN = (
    "the outcome is unknown, and this channel sends at most once: check whether the message has "
    "arrived, then purge this dead letter, or replay it to send the message"
)


class DeadLetters(Protocol):
    """Keeps the event of one invocation for a person, so that Lambda does not retry it."""

    def add(self, reason: str, error_type: str) -> None:
        """Keep the event with the reason. Raises if it cannot: then Lambda must keep it."""
        ...


class DeliveryAttempt:
    """One attempt to deliver one event on one channel, from its lease to its record."""

    def __init__(
        self,
        event: TaskEvent,
        lease: Lease,
        channel: Channel,
        leases: Leases,
        dead_letters: DeadLetters,
        *,
        metrics: DeliveryMetrics,
    ) -> None:
        self._event = event
        self._lease = lease
        self._channel = channel
        self._leases = leases
        self._dead_letters = dead_letters
        self._metrics = metrics
        self.fields = _fields(event, channel)
        """For every log line about it: ids and counts, no text and no address."""

    def run(self, *, takes_over: bool = True) -> bool:
        """Deliver the event, skip it, or dead-letter it; return whether one of these was done.

        Without `takes_over` nothing is done after an attempt that began and never ended. Raises
        errors that a retry may resolve.
        """
        found = self._leases.start(
            self._lease,
            replays=self._event.replays,
            guarantee=self._channel.guarantee,
            details=_details(self._event, self._channel),
            takes_over=takes_over,
        ).found
        if found == "done":
            self._metrics.duplicate(self._event, self._channel.name)
            log.info(log_messages.DUPLICATE_SKIPPED, extra=self.fields)
        elif found in ("given_up", "superseded"):
            log.info(log_messages.DEAD_LETTERED_SKIPPED, extra=self.fields)
        elif found == "unknown":
            self._dead_letter_unknown(_EARLIER_ATTEMPT)
        elif found == "acquired":
            self._send()
        return found != "ran_out"

    def _send(self) -> None:
        try:
            provider_id = self._channel.send(self._event)
        except PermanentChannelError as error:
            self._dead_letter_rejected(error)
        except Exception as error:
            if self._sends_at_most_once and not _was_not_sent(error):
                self._dead_letter_unknown(reason_of(error))
                return
            self._release(reason_of(error))
            raise
        else:
            self.fields["provider_id"] = provider_id
            self._complete(provider_id)

    @property
    def _sends_at_most_once(self) -> bool:
        return self._channel.guarantee == "at_most_once"

    def _complete(self, provider_id: str) -> None:
        try:
            still_ours = self._leases.complete(self._lease, provider_id)
        except Exception as error:
            if self._sends_at_most_once:
                # People have the message; an error would lead to a second one.
                log.exception("sent, but the delivery was not recorded", extra=self.fields)
                return
            raise ChannelError(
                f"sent as {provider_id}, but the delivery was not recorded ({reason_of(error)}); "
                "a retry sends it again"
            ) from error
        if still_ours:
            self._metrics.delivered(self._event, self._channel.name)
            log.info(log_messages.SENT, extra=self.fields)
        elif self._sends_at_most_once:
            log.error("sent after it was dead-lettered: purge its dead letter", extra=self.fields)
        else:
            log.error("sent after another attempt took over: possibly twice", extra=self.fields)

    def _dead_letter_rejected(self, error: PermanentChannelError) -> None:
        try:
            self._dead_letter(text_of(error), type(error).__name__)
        except Exception:
            self._release(text_of(error))
            raise

    def _dead_letter_unknown(self, reason: str) -> None:
        # The lease is kept even if the event cannot be dead-lettered: a released one would mean
        # that nothing was sent.
        self._dead_letter(f"{reason}; {_NOT_SENT_AGAIN}", UnknownOutcomeError.__name__)

    def _dead_letter(self, reason: str, error_type: str) -> None:
        try:
            self._dead_letters.add(f"{self._channel.name}: {reason}", error_type)
        except Exception as error:
            raise ChannelError(
                f"{reason} (and the event could not be dead-lettered: {reason_of(error)})"
            ) from error
        log.error(log_messages.DEAD_LETTERED, extra={**self.fields, "error_type": error_type})
        try:
            still_ours = self._leases.give_up(self._lease, reason)
        except Exception:
            # An error would lead to a retry, and to a second dead letter.
            log.exception("dead letter not recorded: there may be two", extra=self.fields)
            return
        if still_ours:
            self._metrics.dead_lettered(self._event, self._channel.name)
        else:
            log.warning("lease was taken over before the dead letter", extra=self.fields)

    def _release(self, reason: str) -> None:
        try:
            released = self._leases.release(self._lease, reason)
        except Exception:
            # The reason for not sending is what matters; this lease expires by itself.
            log.exception("lease not released", extra=self.fields)
            return
        if not released:
            log.warning("lease was taken over before it was released", extra=self.fields)


def reason_of(error: Exception) -> str:
    """Return the error for people: our own errors explain themselves, others need their class."""
    if isinstance(error, (ChannelError, InProgressError)):
        return text_of(error)
    return f"{type(error).__name__}: {text_of(error)}"


def _was_not_sent(error: Exception) -> bool:
    return isinstance(error, ChannelError) and not isinstance(error, UnknownOutcomeError)


def _details(event: TaskEvent, channel: Channel) -> dict[str, str]:
    """What the row of a delivery says beside how it ended; the address is masked."""
    return {
        "subject": event.task.task_id,
        "event_type": event.event_type,
        "correlation_id": event.correlation_id,
        "recipient": channel.recipient,
    }


def _fields(event: TaskEvent, channel: Channel) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "correlation_id": event.correlation_id,
        "event_type": event.event_type,
        "task_id": event.task.task_id,
        "replays": event.replays,
        "channel": channel.name,
    }
