"""The steps in which nothing fails."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from local.console import saw
from local.scenario.observe import (
    ONCE_EACH,
    TARGET,
    arrivals,
    emails_about,
    log_records,
    pushes_about,
    require,
    texts_about,
    wait_for,
)
from local.scenario.prerequisites import webhook_secret
from local.scenario.receiver import Received
from local.scenario.tour.step_tools import MAILBOX, Tour, require_status, the_email
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.timestamps import to_text

_ODD_TITLE = "Call <b>Ms Çelik</b> back 📞"


def create_a_task(tour: Tour) -> None:
    """A client creates a task and gets its response before the notification is sent"""
    title = "Implement feature X"
    started = time.monotonic()
    response = tour.api.post("/tasks", json={"title": title})
    responded_ms = (time.monotonic() - started) * 1000
    already_sent = emails_about(tour.stack, title)
    require_status(response, 201)
    state = "has been sent already" if already_sent else "is still on its way"
    saw(f"POST /tasks → 201 after {responded_ms:.0f} ms; the email {state}")
    email = the_email(tour, title)
    waited_ms = (time.monotonic() - started) * 1000 - responded_ms
    saw(f"{waited_ms:.0f} ms later it is in the mailbox: “{email['Subject']}”")


def notify_on_every_channel(tour: Tour) -> None:
    """One event is delivered on every kind of channel"""
    require_status(tour.api.post("/tasks", json={"title": _ODD_TITLE}), 201)
    wait_for(
        lambda: arrivals(tour.stack, _ODD_TITLE),
        "one message on each channel",
        where=tour.at_target(),
        enough=lambda arrived: arrived == ONCE_EACH,
    )
    email = the_email(tour, _ODD_TITLE)
    require(
        "&lt;b&gt;" in email["BodyHtml"] and "<b>" not in email["BodyHtml"],
        "a title that is escaped in the HTML",
        seen=email["BodyHtml"],
        where="at SES",
    )
    saw(f"email: “{email['Subject']}”, as text and as HTML")
    (text,) = texts_about(tour.stack, _ODD_TITLE)
    saw(f"SMS to {text['PhoneNumber']}: “{text['Message']}”")
    (apple,) = pushes_about(tour.stack, "APNS", _ODD_TITLE)
    (google,) = pushes_about(tour.stack, "GCM", _ODD_TITLE)
    shown_by_apple = _shown(apple["aps"]["alert"])
    shown_by_google = _shown(google["fcmV1Message"]["message"]["notification"])
    saw(f"push to Apple's phone: {shown_by_apple}; to Google's: {shown_by_google}")
    (received,) = tour.stack.receiver.about(_ODD_TITLE)
    _verify(tour, received)


def _shown(notification: dict[str, Any]) -> str:
    return f"“{notification['title']} / {notification['body']}”"


def _verify(tour: Tour, received: Received) -> None:
    verifier = Webhook(webhook_secret(tour.stack.emulator.client))
    event = verifier.verify(received.body, received.headers)
    saw(f"webhook: POST {received.path} with event {event['id']}; its signature is valid")
    tampered = json.dumps({**event, "subject": "another task"})
    try:
        verifier.verify(tampered, received.headers)
    except WebhookVerificationError as error:
        saw(f"the verifier rejects a copy with another subject: “{error}”")
    else:
        require(False, "a rejection of the changed copy", seen=tampered, where="at the verifier")


def complete_and_delete(tour: Tour) -> None:
    """Completing and deleting a task are handed off, too"""
    title = "Tidy the backlog"
    task = tour.api.post("/tasks", json={"title": title}).json()
    path = f"/tasks/{task['id']}"
    require_status(tour.api.put(path, json={"title": title, "status": "completed"}), 200)
    require_status(tour.api.delete(path), 204)
    emails = wait_for(
        lambda: emails_about(tour.stack, title),
        "three emails, for created, completed and deleted",
        where=f"at {MAILBOX}",
        enough=lambda found: len(found) == len(("created", "completed", "deleted")),
    )
    saw("PUT → 200, DELETE → 204")
    saw("emails: " + ", ".join(f"“{email['Subject']}”" for email in emails))


def hand_off_a_duplicate(tour: Tour) -> None:
    """The same event arrives twice, as AWS warns it may; it is sent once"""
    title = "Sent once only"
    event = _an_event(title)
    for message in ("notification sent", "duplicate event skipped"):
        response = tour.stack.client("lambda").invoke(
            FunctionName=tour.stack.target_arn,
            InvocationType="Event",
            Payload=event.to_wire(),
        )
        accepted = response["StatusCode"] == httpx.codes.ACCEPTED
        require(accepted, "202", seen=response, where="at Lambda")
        # The second follows when the first is done: earlier, it would find it in progress.
        _wait_for_lines(tour, event.event_id, message)
    arrived = arrivals(tour.stack, title)
    require(arrived == ONCE_EACH, "one message each", seen=arrived, where=tour.at_target())
    saw("handed off twice, skipped once: one email, one SMS, one push, one webhook")


def _an_event(title: str) -> TaskEvent:
    now = to_text(datetime.now(UTC))
    task = Task(task_id=str(uuid.uuid4()), title=title, created_at=now, updated_at=now)
    return TaskEvent.about(task, "task.created.v1", time=now, correlation_id=str(uuid.uuid4()))


def _wait_for_lines(tour: Tour, event_id: str, message: str) -> None:
    """Wait until the target's log has the message for the event, once per channel."""
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
