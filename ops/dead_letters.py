"""Looks at dead letters and replays them: hands each event to the target once more.

SQS's own redrive is no help: it moves messages between queues, and refuses queues that Lambda
feeds. A message leaves the queue only after Lambda has accepted its event, so an event can be
handed over twice (the target skips duplicates) but never lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.failure_record import FailureRecord, UnreadableDeadLetterError, read_failure_record

_ACCEPTED = 202
_BATCH = 10
_HIDDEN_SECONDS = 120


class ReplayStoppedError(Exception):
    """The target did not accept an event. It and the rest are still in the queue: run it again."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message of a dead-letter queue."""

    message_id: str
    body: str
    record: FailureRecord | None
    """None if the message is unreadable."""

    problem: str | None = None
    """Why it is unreadable."""


@dataclass(kw_only=True)
class ReplayReport:
    """What one replay did, by message id."""

    replayed: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Left in the queue: they hold no event."""

    exhausted: list[str] = field(default_factory=list)
    """Left in the queue: replayed too often already."""

    failed_again: list[str] = field(default_factory=list)
    """Left in the queue: came back while the replay was still running."""


def read_dead_letters(
    sqs: Any, queue_url: str, *, limit: int, poll_seconds: int = 1
) -> list[DeadLetter]:
    """Up to `limit` dead letters. All are visible to the next reader again afterwards.

    `poll_seconds` is SQS's WaitTimeSeconds; at 0 it asks only some of its servers and may miss
    messages.
    """
    taken = _Taken(sqs, queue_url, poll_seconds)
    try:
        return list(taken.take(limit))
    finally:
        taken.give_back()


def replay_dead_letters(
    sqs: Any,
    functions: Any,
    queue_url: str,
    target_arn: str,
    *,
    limit: int,
    max_replays: int = 3,
    poll_seconds: int = 1,
) -> ReplayReport:
    """Hand up to `limit` dead letters to the target again; its event's `replays` grows by one.

    An event with `max_replays` replays behind it stays in the queue, as does what is unreadable.
    Raises ReplayStoppedError if the target does not accept an event.
    """
    report = ReplayReport()
    handed_over: set[str] = set()
    taken = _Taken(sqs, queue_url, poll_seconds)
    try:
        for letter in taken.take(limit):
            if letter.record is None:
                report.unreadable.append(letter.message_id)
            elif _identity(letter.record.event) in handed_over:
                report.failed_again.append(letter.message_id)
            elif _replays(letter.record.event) >= max_replays:
                report.exhausted.append(letter.message_id)
            else:
                _hand_over(functions, target_arn, letter.record.event, report)
                taken.delete(letter)
                handed_over.add(_identity(letter.record.event))
                report.replayed.append(letter.message_id)
    finally:
        taken.give_back()
    return report


def _hand_over(
    functions: Any, target_arn: str, event: dict[str, Any], report: ReplayReport
) -> None:
    replayed = {**event, "replays": _replays(event) + 1}
    try:
        answer = functions.invoke(
            FunctionName=target_arn,
            InvocationType="Event",
            Payload=json.dumps(replayed, separators=(",", ":")).encode(),
        )
        # Unread, even an empty answer keeps its connection from being used again.
        answer["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        raise _stopped(report, str(error)) from error
    if answer["StatusCode"] != _ACCEPTED:
        raise _stopped(report, f"status {answer['StatusCode']}")


def _stopped(report: ReplayReport, why: str) -> ReplayStoppedError:
    return ReplayStoppedError(
        f"replay stopped after {len(report.replayed)} dead letters, the target answered: {why}; "
        "nothing is lost, run it again to continue"
    )


class _Taken:
    """Messages taken from the queue, hidden from other readers until given back."""

    def __init__(self, sqs: Any, queue_url: str, poll_seconds: int) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._poll_seconds = poll_seconds
        self._handles: dict[str, str] = {}

    def take(self, limit: int) -> Iterator[DeadLetter]:
        """Up to `limit` dead letters, each once."""
        count = 0
        while count < limit:
            messages = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=min(_BATCH, limit - count),
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=self._poll_seconds,
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            new = [message for message in messages if message["MessageId"] not in self._handles]
            self._handles |= {found["MessageId"]: found["ReceiptHandle"] for found in messages}
            if not new:
                return
            count += len(new)
            yield from map(_letter, new)

    def delete(self, letter: DeadLetter) -> None:
        """Remove a message from the queue for good."""
        self._sqs.delete_message(
            QueueUrl=self._queue_url, ReceiptHandle=self._handles.pop(letter.message_id)
        )

    def give_back(self) -> None:
        """Make what was not deleted visible at once."""
        for receipt_handle in self._handles.values():
            # Refused when another reader has it since; else it becomes visible by itself.
            with suppress(ClientError):
                self._sqs.change_message_visibility(
                    QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=0
                )


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    record, problem = None, None
    try:
        record = read_failure_record(message["Body"], message.get("MessageAttributes"))
    except UnreadableDeadLetterError as error:
        problem = str(error)
    return DeadLetter(
        message_id=message["MessageId"],
        body=message["Body"],
        record=record,
        problem=problem,
    )


def _replays(event: Mapping[str, Any]) -> int:
    count = event.get("replays", 0)
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _identity(event: Mapping[str, Any]) -> str:
    """The event's id; an event without one is known by all of its content but the replays."""
    content = {key: value for key, value in event.items() if key != "replays"}
    return str(event.get("id") or json.dumps(content, sort_keys=True))
