"""The steps in which nothing fails."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

import httpx

from local.tour.observe import TARGET, arrivals, emails_about, log_records, require, wait_for
from local.tour.tour import ONCE_EACH, OUTBOX, Tour, require_status, saw, the_email
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.timestamps import to_text


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
    """The same event comes twice, as AWS warns it may; it is told of once"""
    title = "Sent once only"
    event = _an_event(title)
    for told in ("notification sent", "duplicate event skipped"):
        answer = tour.stack.client("lambda").invoke(
            FunctionName=tour.stack.outputs["targetFunctionArn"],
            InvocationType="Event",
            Payload=event.to_wire(),
        )
        require(answer["StatusCode"] == httpx.codes.ACCEPTED, "202", seen=answer, where="at Lambda")
        # The second comes when the first is done: sooner, it would find it in progress.
        _wait_for_lines(tour, event.event_id, told)
    arrived = arrivals(tour.stack, title)
    require(arrived == ONCE_EACH, "one message each", seen=arrived, where=tour.at_target())
    saw("handed over twice, skipped once: one e-mail, one SMS, one push, one webhook")


def _an_event(title: str) -> TaskEvent:
    now = to_text(datetime.now(UTC))
    task = Task(task_id=str(uuid.uuid4()), title=title, created_at=now, updated_at=now)
    return TaskEvent.about(task, "task.created.v1", time=now, correlation_id=str(uuid.uuid4()))


def _wait_for_lines(tour: Tour, event_id: str, message: str) -> None:
    """Wait until the target's log has the message for the event, once for each channel."""
    wait_for(
        lambda: [
            line["channel"]
            for line in log_records(tour.stack, TARGET)
            if (line.get("event_id"), line.get("message")) == (event_id, message)
        ],
        f"“{message}” in the log for each channel",
        where=tour.at_target(),
        enough=lambda channels: len(set(channels)) == len(ONCE_EACH),
    )
