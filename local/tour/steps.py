"""The steps of the tour: each does one thing as a client or an operator would, and looks."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from lambdas.contracts.task import Task
from lambdas.contracts.task_event import TaskEvent
from lambdas.shared.moment import to_text
from local.console import console
from local.stack import DeployedStack
from local.tour.observe import (
    TARGET,
    depth_alarm,
    emails_about,
    log_group,
    log_records,
    queue_depth,
    require,
    runs_of_target,
    wait_for,
)
from ops.dead_letters import read_dead_letters, replay_dead_letters

_OUTBOX = "/_ministack/ses/messages of the emulator"
_EVERY_LETTER = 100


@dataclass
class Tour:
    """What the steps share."""

    stack: DeployedStack
    api: httpx.Client
    subscriber_url: str = ""
    """Queue subscribed to the alarm topic: it stands for the people who are told."""

    senders: list[str] = field(default_factory=list)
    """E-mail identities that a step has removed."""

    def at_target(self) -> str:
        """Where to look for what the target did."""
        return f"at the log group {log_group(self.stack, TARGET)}"


def saw(text: str) -> None:
    """Tell one thing that was observed."""
    console.print(f"   [green]✓[/] {text}")


def create_a_task(tour: Tour) -> None:
    """A client creates a task and is answered before the notification is out"""
    title = "Implement feature X"
    started = time.monotonic()
    answer = tour.api.post("/tasks", json={"title": title})
    answered_ms = (time.monotonic() - started) * 1000
    already_out = emails_about(tour.stack, title)
    _require_status(answer, 201)
    under_way = "has been sent already" if already_out else "is still under way"
    saw(f"POST /tasks → 201 after {answered_ms:.0f} ms; the e-mail {under_way}")
    email = _the_email(tour, title)
    waited_ms = (time.monotonic() - started) * 1000 - answered_ms
    saw(f"{waited_ms:.0f} ms later it is in the outbox: “{email['Subject']}”")


def complete_and_delete(tour: Tour) -> None:
    """Completing and deleting a task are handed off too"""
    title = "Tidy the backlog"
    task = tour.api.post("/tasks", json={"title": title}).json()
    path = f"/tasks/{task['id']}"
    _require_status(tour.api.put(path, json={"title": title, "status": "completed"}), 200)
    _require_status(tour.api.delete(path), 204)
    emails = wait_for(
        lambda: emails_about(tour.stack, title),
        "three e-mails, for created, completed and deleted",
        where=f"at {_OUTBOX}",
        enough=lambda found: len(found) == len(("created", "completed", "deleted")),
    )
    saw("PUT → 200, DELETE → 204")
    saw("e-mails: " + ", ".join(f"“{email['Subject']}”" for email in emails))


def hand_one_event_twice(tour: Tour) -> None:
    """The same event comes twice, as AWS warns it may; one e-mail goes out"""
    title = "Sent once only"
    event = _an_event(title)
    for _ in range(2):
        answer = tour.stack.client("lambda").invoke(
            FunctionName=tour.stack.outputs["targetFunctionArn"],
            InvocationType="Event",
            Payload=event.to_wire(),
        )
        require(answer["StatusCode"] == httpx.codes.ACCEPTED, "202", seen=answer, where="at Lambda")
        wait_for(
            lambda: emails_about(tour.stack, title),
            "the e-mail of the event",
            where=f"at {_OUTBOX}",
        )
    wait_for(
        lambda: [
            line for line in log_records(tour.stack, TARGET) if _skipped(line, event.event_id)
        ],
        "a log line that the duplicate was skipped",
        where=tour.at_target(),
    )
    emails = emails_about(tour.stack, title)
    require(len(emails) == 1, "one e-mail", seen=emails, where=f"at {_OUTBOX}")
    saw("handed over twice, skipped once, one e-mail")


def break_the_channel(tour: Tour) -> None:
    """The channel fails: the target tries three times, then the event is kept as a dead letter"""
    ses = tour.stack.client("sesv2")
    identities = ses.list_email_identities()["EmailIdentities"]
    tour.senders = [identity["IdentityName"] for identity in identities]
    for sender in tour.senders:
        ses.delete_email_identity(EmailIdentity=sender)
    saw(f"SES no longer sends for {', '.join(tour.senders)}")
    runs_before = runs_of_target(tour.stack)
    _require_status(tour.api.post("/tasks", json={"title": "Nobody hears of this"}), 201)
    saw("POST /tasks → 201: the client does not notice")
    wait_for(
        lambda: queue_depth(tour.stack), "one dead letter in the queue", where=tour.at_target()
    )
    attempts = runs_of_target(tour.stack) - runs_before
    expected = len(("first", "second", "third"))
    require(attempts == expected, "three attempts", seen=attempts, where=tour.at_target())
    sqs, url = tour.stack.client("sqs"), tour.stack.outputs["deadLetterQueueUrl"]
    (letter,) = read_dead_letters(sqs, url, limit=_EVERY_LETTER)
    require(letter.record is not None, "a readable dead letter", seen=letter, where=f"at {url}")
    saw(f"three attempts, then the dead letter: “{letter.record and letter.record.reason}”")


def hear_the_alarm(tour: Tour) -> None:
    """The alarm on the queue's depth goes off and people are told"""
    _wait_for_alarm(tour, "ALARM")


def mend_and_replay(tour: Tour) -> None:
    """The channel is mended and the dead letter replayed"""
    for sender in tour.senders:
        tour.stack.client("sesv2").create_email_identity(EmailIdentity=sender)
    report = replay_dead_letters(
        tour.stack.client("sqs"),
        tour.stack.client("lambda"),
        tour.stack.outputs["deadLetterQueueUrl"],
        tour.stack.outputs["targetFunctionArn"],
        limit=_EVERY_LETTER,
    )
    require(len(report.replayed) == 1, "one replayed event", seen=report, where=tour.at_target())
    email = _the_email(tour, "Nobody hears of this")
    depth = queue_depth(tour.stack)
    require(depth == 0, "an empty dead-letter queue", seen=depth, where="at the queue")
    saw(f"replayed, the queue is empty, the e-mail is out: “{email['Subject']}”")


def hear_that_it_is_over(tour: Tour) -> None:
    """The alarm ends by itself"""
    _wait_for_alarm(tour, "OK")


STEPS = (
    create_a_task,
    complete_and_delete,
    hand_one_event_twice,
    break_the_channel,
    hear_the_alarm,
    mend_and_replay,
    hear_that_it_is_over,
)


def _an_event(title: str) -> TaskEvent:
    now = to_text(datetime.now(UTC))
    task = Task(task_id=str(uuid.uuid4()), title=title, created_at=now, updated_at=now)
    return TaskEvent.about(task, "task.created.v1", time=now, correlation_id=str(uuid.uuid4()))


def _skipped(line: dict[str, Any], event_id: str) -> bool:
    return "duplicate" in line.get("message", "") and line.get("event_id") == event_id


def _require_status(answer: httpx.Response, status: int) -> None:
    seen = f"{answer.status_code} {answer.text}"
    where = f"at {answer.request.method} {answer.request.url}"
    require(answer.status_code == status, str(status), seen=seen, where=where)


def _the_email(tour: Tour, title: str) -> dict[str, Any]:
    (email,) = wait_for(
        lambda: emails_about(tour.stack, title),
        f"an e-mail about “{title}”",
        where=f"{tour.at_target()} and {_OUTBOX}",
    )
    return email


def _wait_for_alarm(tour: Tour, state: str) -> None:
    started = time.monotonic()
    alarm = wait_for(
        lambda: depth_alarm(tour.stack),
        f"the alarm in state {state}",
        where="at CloudWatch",
        enough=lambda alarm: alarm["StateValue"] == state,
    )
    told = wait_for(
        lambda: _next_alarm_message(tour),
        f"news of {state} for the topic's subscriber",
        where="at SNS",
        enough=lambda told: told.get("NewStateValue") == state,
    )
    saw(f"{alarm['AlarmName']} is {state} after {time.monotonic() - started:.1f} s")
    saw(f"a subscriber of the topic was told: {told['OldStateValue']} → {told['NewStateValue']}")


def _next_alarm_message(tour: Tour) -> dict[str, Any]:
    sqs = tour.stack.client("sqs")
    for message in sqs.receive_message(QueueUrl=tour.subscriber_url).get("Messages", []):
        sqs.delete_message(QueueUrl=tour.subscriber_url, ReceiptHandle=message["ReceiptHandle"])
        told: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
        return told
    return {}
