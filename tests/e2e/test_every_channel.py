"""What a client writes arrives on every channel, once, and as intended."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import ONCE_EACH, arrivals, pushes_about
from local.scenario.prerequisites import PLATFORMS, webhook_secret
from local.scenario.receiver import Received
from local.wait import wait_until
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.timestamps import to_text
from tests.lambdas.notification_service.html_reader import Reader
from tests.lambdas.sample_titles import FAMILY, HEBREW

ARRIVES_WITHIN_SECONDS = 30

TITLES = {
    "html": ("<script>alert(1)</script><b>&amp;", "<script>alert(1)</script><b>&amp;"),
    "template": ("{{ title }}{{{ title }}}", "{{ title }}{{{ title }}}"),
    "emoji": (f"Buy milk {FAMILY}", f"Buy milk {FAMILY}"),
    "right to left": (HEBREW, HEBREW),
    "turned around": ("invoice \u202egpj.exe", "invoice gpj.exe"),
    "accents": ("é" * 100, "é" * 100),
}
"""What is written, and what people read."""

REJECTED_BY_THE_API = "Milk\r\nBcc: all@example.com\r\n\r\nmore"
READ_AS = "Milk Bcc: all@example.com more"


@pytest.fixture(scope="module")
def plain_page(stack: HandoffStack, api: httpx.Client) -> Reader:
    """An email about an ordinary title."""
    title = f"Plain {uuid.uuid4()}"
    assert api.post("/tasks", json={"title": title}).status_code == 201
    return Reader(_the_one(stack.emulator.emails, "Subject", f"Task created: {title}")["BodyHtml"])


def _the_one(poll: Any, key: str, wanted: str) -> dict[str, Any]:
    """The one message whose `key` is `wanted`, as soon as it exists."""
    [found] = wait_until(
        lambda: [message for message in poll() if message[key] == wanted],
        f"a message with {key} {wanted!r}",
        seconds=ARRIVES_WITHIN_SECONDS,
    )
    message: dict[str, Any] = found
    return message


def _webhook(stack: HandoffStack, event_words: str) -> Received:
    [received] = wait_until(
        lambda: stack.receiver.about(event_words), "the webhook", seconds=ARRIVES_WITHIN_SECONDS
    )
    return received


def _require_read(stack: HandoffStack, shown: str, plain: Reader) -> None:
    """Check email, SMS and push of one notification that reads `shown`."""
    headline = f"Task created: {shown}"
    email = _the_one(stack.emulator.emails, "Subject", headline)
    assert f"Title:  {shown}\n" in email["BodyText"]
    assert email["To"] == ["team@example.com"]
    page = Reader(email["BodyHtml"])
    assert page.heading == shown
    assert page.elements == plain.elements

    assert _the_one(stack.emulator.texts, "Message", headline)["PhoneNumber"] == "+447700900123"

    [apple] = pushes_about(stack, "APNS", shown)
    assert apple["aps"]["alert"] == {"title": "Task created", "body": shown}
    [google] = pushes_about(stack, "GCM", shown)
    message = google["fcmV1Message"]["message"]
    assert message["notification"] == {"title": "Task created", "body": shown}


@pytest.mark.parametrize("kind", TITLES)
def test_a_title_reads_the_same_on_every_channel(
    stack: HandoffStack, api: httpx.Client, plain_page: Reader, kind: str
) -> None:
    title, shown = TITLES[kind]
    created = api.post("/tasks", json={"title": title})
    assert created.status_code == 201, created.text

    received = _webhook(stack, created.json()["id"])

    event = Webhook(webhook_secret(stack.emulator.client)).verify(received.body, received.headers)
    assert event["data"]["title"] == title
    assert received.headers["webhook-id"] == event["id"]
    _require_read(stack, shown, plain_page)


def test_line_breaks_in_a_title_start_no_header(
    stack: HandoffStack, api: httpx.Client, plain_page: Reader
) -> None:
    assert api.post("/tasks", json={"title": REJECTED_BY_THE_API}).status_code == 400
    # Another caller of the target may validate less than the API.
    now, task_id = to_text(datetime.now(UTC)), str(uuid.uuid4())
    task = Task(task_id=task_id, title=REJECTED_BY_THE_API, created_at=now, updated_at=now)
    event = TaskEvent.about(task, "task.created.v1", time=now, correlation_id=str(uuid.uuid4()))
    stack.client("lambda").invoke(
        FunctionName=stack.target_arn,
        InvocationType="Event",
        Payload=event.to_wire(),
    )

    _webhook(stack, task_id)

    _require_read(stack, READ_AS, plain_page)


def test_each_change_of_a_task_arrives_once_on_every_channel(
    stack: HandoffStack, api: httpx.Client
) -> None:
    title = f"Thrice {uuid.uuid4()}"
    path = api.post("/tasks", json={"title": title}).headers["Location"]
    assert api.put(path, json={"title": title, "status": "completed"}).status_code == 200
    assert api.delete(path).status_code == 204

    wait_until(
        lambda: arrivals(stack, title),
        "three messages on each channel",
        seconds=ARRIVES_WITHIN_SECONDS,
        enough=lambda arrived: arrived == dict.fromkeys(ONCE_EACH, 3),
    )
    webhook_ids = {each.headers["webhook-id"] for each in stack.receiver.about(title)}
    assert len(webhook_ids) == 3
    for platform in PLATFORMS:
        headlines = [str(push) for push in pushes_about(stack, platform, title)]
        assert len(set(headlines)) == 3


@pytest.fixture
def received(stack: HandoffStack, api: httpx.Client) -> Received:
    created = api.post("/tasks", json={"title": "Signed"})
    return _webhook(stack, created.json()["id"])


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_receiver_rejects_what_was_tampered_with(
    stack: HandoffStack, received: Received, header: str
) -> None:
    verifier = Webhook(webhook_secret(stack.emulator.client))
    assert verifier.verify(received.body, received.headers)

    with pytest.raises(WebhookVerificationError):
        verifier.verify(received.body.replace(b"Signed", b"Forged"), received.headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(received.body, {**received.headers, header: _changed(received, header)})
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(received.body, received.headers)


def _changed(received: Received, header: str) -> str:
    value = received.headers[header]
    if header == "webhook-timestamp":
        return str(int(value) - 1)
    middle = len(value) // 2
    other = "A" if value[middle] != "A" else "B"
    return value[:middle] + other + value[middle + 1 :]
