from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from standardwebhooks import WebhookVerificationError

from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.channels.webhook import MAX_WAIT_SECONDS, channels
from serverless_runtime.notification_service.channels.webhook_connection import POST_SECONDS
from serverless_runtime.notification_service.settings.webhook import WebhookSettings
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.https_receiver import HttpsReceiver, responds
from tests.lambdas.notification_service.webhook_fixtures import NEW, OLD, STRANGE, Send, verified
from tests.lambdas.samples import a_task, an_event
from tests.lambdas.secret_stores import rejecting


@pytest.fixture
def trusted_by_the_machine(ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def test_a_receiver_can_verify_and_read_the_event(server: HttpsReceiver, sending: Send) -> None:
    event = an_event(a_task(title="<b>é</b> 🙂 \u202eright\r\nX: y" + "é" * 100))

    assert sending().sender.send(event) == "204"

    [request] = server.requests
    assert verified(request) == event.to_payload()
    assert request.headers["webhook-id"] == event.event_id
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "notification-service"


def test_the_body_is_the_event_in_wire_format(server: HttpsReceiver, sending: Send) -> None:
    sending().send()

    assert server.requests[0].body == an_event().to_wire()
    assert json.loads(server.requests[0].body)["specversion"] == "1.0"


@pytest.mark.parametrize("part", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_tampered_delivery_is_rejected(server: HttpsReceiver, sending: Send, part: str) -> None:
    sending().send()
    [request] = server.requests
    headers = dict(request.headers)
    if part == "body":
        request = replace(request, body=request.body.replace(b"Buy milk", b"Buy wine"))
    elif part == "webhook-timestamp":
        headers[part] = str(int(headers[part]) + 1)
    else:
        headers[part] = headers[part][:-6] + "AAAAAA"

    with pytest.raises(WebhookVerificationError):
        verified(replace(request, headers=headers))


def test_another_secret_does_not_verify(server: HttpsReceiver, sending: Send) -> None:
    sending().send()

    with pytest.raises(WebhookVerificationError):
        verified(server.requests[0], STRANGE)


def test_both_secrets_verify_during_a_rotation(
    server: HttpsReceiver, sending: Send, secret_arn: str
) -> None:
    aws.boto3_client("secretsmanager").put_secret_value(
        SecretId=secret_arn, SecretString=f"{NEW}\n {OLD}\n"
    )

    sending().send()

    [request] = server.requests
    assert verified(request, NEW) == verified(request, OLD)


def test_a_replay_keeps_the_id_and_is_signed_anew(server: HttpsReceiver, sending: Send) -> None:
    webhook = sending()
    webhook.send()
    webhook.sender.send(an_event().replayed())

    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body != second.body
    assert verified(second)["replays"] == 1


@pytest.mark.parametrize(
    ("header", "provider_id"),
    [
        ("X-Request-Id: abc-1", "202 abc-1"),
        ("X-Amzn-RequestId: 7f/1=", "202 7f/1="),
        ("X-Request-Id: <script> and more", "202"),
        (f"X-Request-Id: {'a' * 129}", "202"),
    ],
)
def test_the_receivers_own_id_is_kept_if_it_is_one(
    server: HttpsReceiver, sending: Send, header: str, provider_id: str
) -> None:
    server.replies = [responds(202, header)]

    assert sending().send() == provider_id


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" ", "must contain at least one whsec_…, got nothing"),
        ("hunter2", "must contain only whsec_…; number 1 has another prefix"),
        (f"{NEW} {OLD[:-3]}", "must contain base64 after each whsec_; number 2 does not"),
        (f"whsec_{'A' * 40}-_!!", "must contain base64 after each whsec_; number 1 does not"),
        ("whsec_hé", "must contain base64 after each whsec_; number 1 does not"),
        ("whsec_c2hvcnQ=", "must contain keys of 24 to 64 bytes; number 1 has 5"),
    ],
)
def test_a_malformed_secret_is_retried_and_not_shown(
    server: HttpsReceiver, sending: Send, secret_arn: str, value: str, text: str
) -> None:
    aws.boto3_client("secretsmanager").put_secret_value(SecretId=secret_arn, SecretString=value)

    error = sending().error()

    assert type(error) is ChannelError
    assert str(error) == f"secret {secret_arn} {text}; correct its value; nothing was sent"
    assert server.requests == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ValidationException", PermanentChannelError),
        ("AccessDeniedException", ChannelError),
        (None, ChannelError),
    ],
)
def test_without_its_secret_nothing_is_sent(
    server: HttpsReceiver, sending: Send, code: str | None, kind: type[ChannelError]
) -> None:
    with rejecting("secretsmanager", code):
        error = sending().error()

    assert type(error) is kind
    assert str(error).endswith("; nothing was sent")
    assert server.requests == []


def test_the_channel_trusts_whom_the_machine_trusts(
    server: HttpsReceiver,
    secret_arn: str,
    trusted_by_the_machine: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "lambdas")
    [channel] = channels(
        WebhookSettings(
            url=f"https://127.0.0.1:{server.port}/token-4711",
            secret_arn=secret_arn,
            allowed_networks=["127.0.0.0/8"],
        )
    )

    assert channel.send(an_event()) == "204"

    assert verified(server.requests[0])["id"] == an_event().event_id
    assert channel.recipient == f"https://127.0.0.1:{server.port}/***"
    assert NEW not in caplog.text


@pytest.mark.parametrize("store", ["secretsmanager", "ssm"])
def test_the_budget_covers_the_worst_case(store: str) -> None:
    worst = aws.CLIENT_CONFIGS[store].max_seconds + 2 * POST_SECONDS + MAX_WAIT_SECONDS

    assert worst < WebhookSettings.budget_seconds
