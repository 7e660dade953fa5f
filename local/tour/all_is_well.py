"""The steps in which nothing fails."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx

from lambdas.contracts.task import Task
from lambdas.contracts.task_event import TaskEvent
from lambdas.shared.moment import to_text
from local.tour.observe import TARGET, emails_about, log_records, require, wait_for
from local.tour.tour import OUTBOX, Tour, require_status, saw, the_email


def create_a_task(tour: Tour) -> None:
    """A client creates a task and is answered before the notification is out"""
    title = "Implement feature X"
    started = time.monotonic()
    answer = tour.api.post("/tasks", json={"title": title})
    answered_ms = (time.monotonic() - started) * 1000
    already_out = emails_about(tour.stack, title)
    require_status(answer, 201)
    under_way = "has been sent already" if already_out else "is still under way"
    saw(f"POST /tasks → 201 after {answered_ms:.0f} ms; the e-mail {under_way}")
    email = the_email(tour, title)
    waited_ms = (time.monotonic() - started) * 1000 - answered_ms
    saw(f"{waited_ms:.0f} ms later it is in the outbox: “{email['Subject']}”")


def complete_and_delete(tour: Tour) -> None:
    """Completing and deleting a task are handed off too"""
    title = "Tidy the backlog"
    task = tour.api.post("/tasks", json={"title": title}).json()
    path = f"/tasks/{task['id']}"
    require_status(tour.api.put(path, json={"title": title, "status": "completed"}), 200)
    require_status(tour.api.delete(path), 204)
    emails = wait_for(
        lambda: emails_about(tour.stack, title),
        "three e-mails, for created, completed and deleted",
        where=f"at {OUTBOX}",
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
            where=f"at {OUTBOX}",
        )
    wait_for(
        lambda: [
            line for line in log_records(tour.stack, TARGET) if _skipped(line, event.event_id)
        ],
        "a log line that the duplicate was skipped",
        where=tour.at_target(),
    )
    emails = emails_about(tour.stack, title)
    require(len(emails) == 1, "one e-mail", seen=emails, where=f"at {OUTBOX}")
    saw("handed over twice, skipped once, one e-mail")


def _an_event(title: str) -> TaskEvent:
    now = to_text(datetime.now(UTC))
    task = Task(task_id=str(uuid.uuid4()), title=title, created_at=now, updated_at=now)
    return TaskEvent.about(task, "task.created.v1", time=now, correlation_id=str(uuid.uuid4()))


def _skipped(line: dict[str, Any], event_id: str) -> bool:
    return "duplicate" in line.get("message", "") and line.get("event_id") == event_id
