"""The target's side: `Once().run(event, work)` does the work of an event once, however often the
event arrives."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from serverless_runtime.once import log_messages
from serverless_runtime.once.leases import InProgressError, Lease, Leases, Start
from serverless_runtime.once.settings import (
    GUARANTEES,
    Guarantee,
    OnceSettings,
    read_once_settings,
)
from serverless_runtime.shared.arguments import (
    require_a,
    require_callable,
    require_one_of,
    require_text,
    shown,
)
from serverless_runtime.shared.texts import text_of

__all__ = ["GivenUpError", "InProgressError", "NotDoneError", "NotRecordedError", "Once"]

T = TypeVar("T")

MAX_RESULT_BYTES = 10_000
"""Of a result as JSON. Each write of the row costs a unit per 1 KB."""

_EARLIER_RUN = "an earlier run began and never reported an outcome"

log = logging.getLogger(__name__)


class GivenUpError(Exception):
    """The outcome of an earlier run is unknown, so the work was not done again. Lambda
    dead-letters the event, and a person decides."""


class NotDoneError(Exception):
    """For work to raise: it failed, and is known to have done nothing."""


class NotRecordedError(Exception):
    """The work was done, but the record of it failed: a retry does it again."""


class IdentifiedEvent(Protocol):
    """A `ReceivedEvent`, or what has the same ids."""

    @property
    def event_id(self) -> str:
        """The same for every delivery of the event."""

    @property
    def correlation_id(self) -> str:
        """Recorded for people."""

    @property
    def replays(self) -> int:
        """How often it was replayed."""


class Once:
    """Runs work under a lease per event, and records that it is done."""

    def __init__(
        self,
        *,
        settings: OnceSettings | None = None,
        client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """The settings come from the environment, unless `settings` gives them: that of a `Once`
        component. Raises MissingSettingsError.

        `client` is for DynamoDB: boto3's, or by default the small one of
        `serverless_runtime.shared.aws`.
        """
        require_callable("clock", clock)
        if settings is None:
            settings = read_once_settings()
        require_a("settings", settings, OnceSettings, "OnceSettings")
        self._leases = Leases(
            settings.table_name, client, clock, lease_seconds=int(settings.lease_seconds)
        )

    def run(
        self,
        event: IdentifiedEvent,
        work: Callable[[], T],
        *,
        part: str = "all",
        guarantee: Guarantee = "at_least_once",
    ) -> T | Any:
        """Call `work` unless it is done, and return its result: recorded as JSON, so a duplicate
        gets it, too.

        What `work` raises is raised, and the lease released: Lambda's retry calls it again. A run
        that was killed is repeated once its lease has expired. With "at_most_once" neither is, as
        the work may have been done; only a replay runs it again, or a retry after NotDoneError.

        An event whose work has several parts runs each under a name of its own, so that a retry
        does only those that are missing. Returns None for an event that a newer replay of it has
        overtaken.

        ValueError for arguments that cannot be right, before anything has happened. Raises
        InProgressError while another run is working, GivenUpError for what is left to a
        person, NotRecordedError, and what DynamoDB raises before `work` is called.
        """
        _require_ids(event)
        require_callable("work", work)
        require_text("part", part)
        require_one_of("guarantee", guarantee, GUARANTEES)
        lease = Lease(event_id=event.event_id, part=part, owner=os.urandom(16).hex())
        attempt = _Attempt(self._leases, lease, event, at_most_once=guarantee == "at_most_once")
        start = self._leases.start(
            lease,
            replays=event.replays,
            guarantee=guarantee,
            details={"correlation_id": event.correlation_id},
        )
        if start.found == "acquired":
            return attempt.do(work)
        return attempt.skip(start)


def _require_ids(event: object) -> None:
    for name, kind in (("event_id", str), ("correlation_id", str), ("replays", int)):
        value = getattr(event, name, None)
        if isinstance(value, bool) or not isinstance(value, kind) or value == "":
            raise ValueError(
                f"event must have event_id, correlation_id and replays, as a ReceivedEvent has; "
                f"{name} must be {'text and not empty' if kind is str else 'a whole number'}, "
                f"got {shown(value)}"
            )


class _Attempt:
    """One run, from its lease to its record."""

    def __init__(
        self, leases: Leases, lease: Lease, event: IdentifiedEvent, *, at_most_once: bool
    ) -> None:
        self._leases = leases
        self._lease = lease
        self._at_most_once = at_most_once
        self._fields = {
            "event_id": lease.event_id,
            "correlation_id": event.correlation_id,
            "replays": event.replays,
            "part": lease.part,
        }

    def skip(self, start: Start) -> Any:
        """Return what an earlier run has recorded. Raises GivenUpError."""
        if start.found == "done":
            log.info(log_messages.DUPLICATE_SKIPPED, extra=self._fields)
            return None if start.result is None else json.loads(start.result)
        if start.found == "superseded":
            log.info(log_messages.SUPERSEDED, extra=self._fields)
            return None
        if start.found == "unknown":
            self._end(self._leases.give_up, _EARLIER_RUN, log_messages.GIVEN_UP)
        raise GivenUpError(
            f"not run again, because it may have done its work: {start.error or _EARLIER_RUN}; "
            "check whether it has, then purge this dead letter, or replay it to run it again"
        )

    def do(self, work: Callable[[], T]) -> T:
        """Do the work and record it."""
        try:
            result = work()
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {text_of(error)}"
            if self._at_most_once and not isinstance(error, NotDoneError):
                self._end(self._leases.give_up, reason, log_messages.GIVEN_UP)
            else:
                self._end(self._leases.release, reason, log_messages.RELEASED)
            raise
        self._complete(self._as_json(result))
        return result

    def _complete(self, result: str | None) -> None:
        try:
            still_ours = self._leases.complete(self._lease, result)
        except Exception as error:
            if self._at_most_once:
                # An error would lead to a dead letter for work that is done.
                log.exception("done, but not recorded", extra=self._fields)
                return
            raise NotRecordedError(
                f"done, but not recorded ({type(error).__name__}: {error}); a retry does it again"
            ) from error
        if not still_ours:
            log.error("done after another run took over: possibly twice", extra=self._fields)

    def _end(self, end: Callable[[Lease, str], bool], reason: str, message: str) -> None:
        try:
            still_ours = end(self._lease, reason)
        except Exception:
            # The reason is what matters; the lease expires by itself.
            log.exception("lease not ended", extra=self._fields)
            return
        if still_ours:
            log.warning(message, extra=self._fields)
        else:
            log.warning("lease was taken over by another run", extra=self._fields)

    def _as_json(self, result: object) -> str | None:
        """The work is done: a result that cannot be recorded must not make a retry do it again."""
        try:
            text = json.dumps(result, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            log.exception("result not recorded: a duplicate gets None", extra=self._fields)
            return None
        if len(text) > MAX_RESULT_BYTES:
            extra = {**self._fields, "limit": MAX_RESULT_BYTES, "got": len(text)}
            log.error("result too large to be recorded: a duplicate gets None", extra=extra)
            return None
        return text
