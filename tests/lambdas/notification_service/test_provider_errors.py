"""The classification of every provider error, for each kind of channel that AWS delivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from serverless_runtime.notification_service.channel import (
    Channel,
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.channels import email, push, sms, sns
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import ConnectError, ResponseTimeoutError
from tests.lambdas.notification_service.stubbed_providers import (
    OPERATIONS,
    error_response,
    send_through,
)

NUMBER = "+447700900123"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:phones"
TABLES = {"sesv2": email.IS_PERMANENT, "sns": sns.IS_PERMANENT}
PERMANENT = {
    "sesv2": {"BadRequestException", "AccountSuspendedException"},
    "sns": {"InvalidParameter", "ParameterValueInvalid", "ValidationException", "EndpointDisabled"},
}
NAMES = {"sesv2": "SES", "sns": "SNS"}
CASES = [(service, code) for service, table in TABLES.items() for code in [*table, "SomethingNew"]]


def channel_of(kind: str) -> Channel:
    made: dict[str, Callable[[], Any]] = {
        "sesv2": lambda: email.channels(
            EmailSettings(sender="tasks@example.com", recipients=["a@example.com"])
        ),
        "sns": lambda: sms.channels(SmsSettings(numbers=[NUMBER])),
        "push": lambda: push.channels(PushSettings(target_arn=TOPIC)),
    }
    [only] = made[kind]()
    channel: Channel = only
    return channel


@pytest.mark.parametrize("service", TABLES)
def test_every_error_that_the_provider_documents_is_classified(
    aws_in_memory: None, service: str
) -> None:
    operation = boto3.client(service).meta.service_model.operation_model(OPERATIONS[service])

    assert set(TABLES[service]) == {shape.error_code for shape in operation.error_shapes}


@pytest.mark.parametrize(("service", "code"), CASES)
def test_only_what_minutes_cannot_fix_is_permanent(
    aws_in_memory: None, service: str, code: str
) -> None:
    error = send_through(channel_of(service), service, error_response(service, code))

    permanent = code in PERMANENT[service]
    assert type(error) is (PermanentChannelError if permanent else ChannelError)
    assert str(error) == f"{NAMES[service]} rejected the message: {code}: no"


def test_a_phone_that_is_gone_is_not_tried_again(aws_in_memory: None) -> None:
    error = send_through(channel_of("push"), "sns", error_response("sns", "EndpointDisabled"))

    assert type(error) is PermanentChannelError


@pytest.mark.parametrize("service", TABLES)
@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_the_provider_may_have_sent(
    aws_in_memory: None, service: str, status: int
) -> None:
    error = send_through(
        channel_of(service), service, error_response(service, "InternalError", status)
    )

    assert type(error) is UnknownOutcomeError
    name = NAMES[service]
    assert str(error) == f"{name} failed: InternalError: no; the message may have been sent"


@pytest.mark.parametrize("service", TABLES)
@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (
            ResponseTimeoutError,
            UnknownOutcomeError,
            "did not respond ({}); the message may have been sent",
        ),
        (
            ConnectError,
            ChannelError,
            "could not be reached ({}); nothing was sent",
        ),
    ],
)
def test_a_timeout_is_not_retried_and_the_error_explains_it(
    aws_in_memory: None,
    service: str,
    raised: type[Exception],
    kind: type[ChannelError],
    text: str,
) -> None:
    requests = []

    def do_not_respond(request: Any) -> None:
        requests.append(request)
        raise raised("no response")

    error = send_through(channel_of(service), service, do_not_respond)

    assert type(error) is kind
    assert str(error) == f"{NAMES[service]} {text.format(raised.__name__)}"
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("service", "quoted", "shown"),
    [("sns", NUMBER, "+44***123"), ("sesv2", "ann@example.com", "a***@example.com")],
)
def test_an_address_that_a_provider_quotes_is_masked(
    aws_in_memory: None, service: str, quoted: str, shown: str
) -> None:
    response = error_response(service, "SomethingNew", message=f"not for {quoted} now")

    assert str(send_through(channel_of(service), service, response)).endswith(
        f"not for {shown} now"
    )


@pytest.mark.parametrize("kind", ["sesv2", "sns", "push"])
def test_an_attempt_takes_no_longer_than_its_channels_budget(
    aws_in_memory: None, kind: str
) -> None:
    config = aws.CLIENT_CONFIGS["sesv2" if kind == "sesv2" else "sns"]

    assert config.total_max_attempts == 1
    assert channel_of(kind).budget_seconds == config.max_seconds
