"""One attempt to deliver one event on one channel."""

from __future__ import annotations

import logging

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import (
    Channel,
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.dead_letters import DeadLetters
from serverless_runtime.notification_service.deliveries import (
    Deliveries,
    DeliveryInProgressError,
    Lease,
)

log = logging.getLogger(__name__)

_EARLIER_ATTEMPT = "an earlier attempt began to send and was never heard of again"
_NOT_SENT_AGAIN = (
    "the outcome is unknown, and this channel sends at most once: look whether it has arrived, "
    "then purge this dead letter, or replay it to send"
)


class Delivery:
    """What one attempt does on one channel, from lease to record."""

    def __init__(
        self,
        event: TaskEvent,
        lease: Lease,
        channel: Channel,
        deliveries: Deliveries,
        dead_letters: DeadLetters,
    ) -> None:
        self._event = event
        self._lease = lease
        self._channel = channel
        self._deliveries = deliveries
        self._dead_letters = dead_letters
        self.fields = _fields(event, channel)
        """For every log line about it: ids and counts, no text and no address."""

    def attempt(self) -> None:
        """Deliver, or find it delivered, or dead-letter it. Raises whatever a retry may help."""
        standing = self._deliveries.start(
            self._event, self._lease, self._channel.guarantee, self._channel.sent_to
        )
        if standing == "delivered":
            log.info("duplicate event skipped", extra=self.fields)
        elif standing == "given_up":
            log.info("dead-lettered event skipped", extra=self.fields)
        elif standing == "unknown":
            self._leave_unknown(_EARLIER_ATTEMPT)
        else:
            self._send()

    def _send(self) -> None:
        try:
            provider_id = self._channel.send(self._event)
        except PermanentChannelError as error:
            self._refused(error)
        except Exception as error:
            if self._must_not_repeat and not _was_not_sent(error):
                self._leave_unknown(reason_of(error))
                return
            self._release(reason_of(error))
            raise
        else:
            self.fields["provider_id"] = provider_id
            self._record(provider_id)

    @property
    def _must_not_repeat(self) -> bool:
        return self._channel.guarantee == "at_most_once"

    def _record(self, provider_id: str) -> None:
        try:
            still_ours = self._deliveries.finish(self._lease, provider_id)
        except Exception as error:
            if self._must_not_repeat:
                # Done, as far as people are concerned; a failure would ask for a second message.
                log.exception("sent, but that could not be recorded", extra=self.fields)
                return
            raise ChannelError(
                f"sent as {provider_id}, but that could not be recorded ({reason_of(error)}); "
                "a retry sends it again"
            ) from error
        if still_ours:
            log.info("notification sent", extra=self.fields)
        elif self._must_not_repeat:
            log.error("sent after it was given up: purge its dead letter", extra=self.fields)
        else:
            log.error("sent after another attempt took over: perhaps twice", extra=self.fields)

    def _refused(self, error: PermanentChannelError) -> None:
        try:
            self._dead_letter(str(error), type(error).__name__)
        except Exception:
            self._release(str(error))
            raise

    def _leave_unknown(self, what_happened: str) -> None:
        # The lease is kept even if the dead letter cannot be: released, it would say that nothing
        # was sent.
        self._dead_letter(f"{what_happened}; {_NOT_SENT_AGAIN}", UnknownOutcomeError.__name__)

    def _dead_letter(self, reason: str, error_type: str) -> None:
        try:
            self._dead_letters.add(f"{self._channel.name}: {reason}", error_type)
        except Exception as error:
            raise ChannelError(
                f"{reason} (the dead-letter queue did not take it: {reason_of(error)})"
            ) from error
        log.error("dead-lettered", extra={**self.fields, "error_type": error_type})
        try:
            still_ours = self._deliveries.give_up(self._lease, reason)
        except Exception:
            # Raising would bring a retry, and with it a second dead letter.
            log.exception("dead letter not recorded: perhaps there will be two", extra=self.fields)
            return
        if not still_ours:
            log.warning("lease was taken over before the dead letter", extra=self.fields)

    def _release(self, reason: str) -> None:
        try:
            released = self._deliveries.release(self._lease, reason)
        except Exception:
            # The reason for not sending is the one to report; this lease ends by itself.
            log.exception("lease not released", extra=self.fields)
            return
        if not released:
            log.warning("lease was taken over before it was released", extra=self.fields)


def reason_of(error: Exception) -> str:
    """Return what people read: our own errors speak for themselves, others with their class."""
    if isinstance(error, (ChannelError, DeliveryInProgressError)):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _was_not_sent(error: Exception) -> bool:
    return isinstance(error, ChannelError) and not isinstance(error, UnknownOutcomeError)


def _fields(event: TaskEvent, channel: Channel) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "correlation_id": event.correlation_id,
        "event_type": event.event_type,
        "task_id": event.task.task_id,
        "replays": event.replays,
        "channel": channel.name,
    }
