"""What is outside the stack exists before it, and what reaches it can be inspected."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from local.emulator.start import Emulator, EmulatorError, free_port
from local.instance import ROOT
from local.program.project import read_project
from local.scenario.prerequisites import (
    PLATFORMS,
    create_prerequisites,
    local_channels,
    phone_queue,
    webhook_secret,
)
from local.scenario.receiver import WebhookReceiver, running_receiver
from serverless_runtime.notification_service.settings.kinds import KINDS

TITLE = '"<b>\r\n😀 \u202e\u05e9\u05dc\u05d5\u05dd'


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[WebhookReceiver]:
    with running_receiver(free_port(), tmp_path) as running:
        yield running


def _post(receiver: WebhookReceiver, document: object) -> httpx.Response:
    trusting = ssl.create_default_context(cafile=str(receiver.authority_file))
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"Webhook-Id": "one"}
    with httpx.Client(verify=trusting, trust_env=False) as client:
        return client.post(f"{receiver.url}/hooks/tasks", content=body, headers=headers)


def _local_channels() -> dict[str, dict[str, Any]]:
    project = read_project(ROOT)
    entries = json.loads(project.config("local")[f"{project.name}:channels"])
    return {entry["kind"]: entry for entry in entries}


def test_creating_them_twice_changes_nothing(emulator: Emulator) -> None:
    create_prerequisites(emulator.client)
    secret = webhook_secret(emulator.client)

    create_prerequisites(emulator.client)

    assert webhook_secret(emulator.client) == secret
    topic = _local_channels()["push"]["targetArn"]
    subscriptions = emulator.client("sns").list_subscriptions_by_topic(TopicArn=topic)
    assert len(subscriptions["Subscriptions"]) == len(PLATFORMS)


def test_the_secret_is_one_that_the_verifier_accepts_and_each_emulator_has_its_own(
    emulator: Emulator,
) -> None:
    create_prerequisites(emulator.client)

    secret = webhook_secret(emulator.client)

    assert Webhook(secret)
    tracked = [ROOT / "Pulumi.local.yaml", *ROOT.glob("local/**/*.py")]
    assert all(secret not in path.read_text() for path in tracked)


def test_the_stack_names_what_is_created(emulator: Emulator) -> None:
    create_prerequisites(emulator.client)
    channels = _local_channels()

    arn = emulator.client("ssm").get_parameter(Name="/internal-handoff/webhook-secret")
    assert channels["webhook"]["secretArn"] == arn["Parameter"]["ARN"]
    topics = [each["TopicArn"] for each in emulator.client("sns").list_topics()["Topics"]]
    assert channels["push"]["targetArn"] in topics


def test_every_kind_is_in_the_local_stack() -> None:
    assert set(_local_channels()) == set(KINDS)


def test_a_phone_shows_what_is_for_its_platform(emulator: Emulator) -> None:
    create_prerequisites(emulator.client)
    message = {"default": "all others", "APNS": '{"aps": {}}', "GCM": '{"notification": {}}'}

    emulator.client("sns").publish(
        TopicArn=_local_channels()["push"]["targetArn"],
        MessageStructure="json",
        Message=json.dumps(message),
    )

    for platform in PLATFORMS:
        shown = emulator.waiting(phone_queue(platform))
        assert [each["Body"] for each in shown] == [message[platform]]


def test_what_is_posted_is_recorded_as_received(receiver: WebhookReceiver) -> None:
    response = _post(receiver, {"title": TITLE})
    _post(receiver, {"title": "another"})

    assert response.status_code == 204
    [received] = receiver.about(TITLE)
    assert received.path == "/hooks/tasks"
    assert received.headers["webhook-id"] == "one"
    assert json.loads(received.body) == {"title": TITLE}


def test_a_receiver_that_is_down_records_rejected_requests_apart(receiver: WebhookReceiver) -> None:
    receiver.status = 503

    response = _post(receiver, {"title": TITLE})

    assert response.status_code == 503
    assert receiver.received == []
    assert len(receiver.rejected) == 1


def test_a_client_that_does_not_know_the_authority_rejects_it(receiver: WebhookReceiver) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(receiver.url, trust_env=False)


def test_people_can_read_what_it_received(receiver: WebhookReceiver) -> None:
    _post(receiver, {"title": "Look"})

    trusting = ssl.create_default_context(cafile=str(receiver.authority_file))
    [seen] = httpx.get(receiver.url, verify=trusting, trust_env=False).json()

    assert json.loads(seen["body"]) == {"title": "Look"}


def test_a_taken_port_is_named(receiver: WebhookReceiver, tmp_path: Path) -> None:
    with (
        pytest.raises(EmulatorError, match=f"port {receiver.server_port} must be free"),
        running_receiver(receiver.server_port, tmp_path),
    ):
        pass


def test_only_the_receivers_address_is_changed_in_the_channels() -> None:
    declared = _local_channels()

    adapted = json.loads(local_channels("https://localhost:1234"))

    webhook = {**declared["webhook"], "url": "https://localhost:1234/hooks/tasks"}
    assert adapted == list({**declared, "webhook": webhook}.values())
    assert json.loads(local_channels("https://localhost:1", "sms")) == [declared["sms"]]
