from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from moto import mock_aws

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request
from serverless_runtime.shared.secrets import (
    ERROR_CODES,
    LIFETIME_SECONDS,
    MAX_AGE_SECONDS,
    MalformedSecretError,
    Secret,
    UnreadableSecretError,
)
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.secret_stores import OPERATIONS, rejecting
from tests.lambdas.shared.aws.modelled_arguments import operation_model

COMMON = {
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
    "AccessDeniedException",
    "ServiceUnavailable",
    "ThrottlingException",
    "ValidationException",
}


class Stored:
    """One secret in either store."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._client = aws.boto3_client(service)
        if service == "secretsmanager":
            made = self._client.create_secret(Name="hook", SecretString="one")
            self.arn = str(made["ARN"])
        else:
            self.arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/team/hook"
            self.put("one")

    def put(self, value: str) -> None:
        if self.service == "secretsmanager":
            self._client.put_secret_value(SecretId=self.arn, SecretString=value)
        else:
            self._client.put_parameter(
                Name="/team/hook", Value=value, Type="SecureString", Overwrite=True
            )


@pytest.fixture(params=list(OPERATIONS))
def stored(request: pytest.FixtureRequest, environment: None) -> Any:
    with mock_aws():
        yield Stored(request.param)


@pytest.fixture
def clock() -> Clock:
    """Of a process that has just begun: an age is most of the time there is."""
    clock = Clock()
    clock.now = 10
    return clock


def parse(text: str) -> str:
    if text == "malformed":
        raise MalformedSecretError("must be well-formed")
    return text.upper()


def secret(stored: Stored, clock: Clock) -> Secret[str]:
    return Secret(stored.arn, parse, clock=clock)


def test_a_secret_is_read_from_its_store_once_in_five_minutes(stored: Stored, clock: Clock) -> None:
    value = secret(stored, clock)
    assert value.read() == "ONE"
    stored.put("two")

    clock.now += LIFETIME_SECONDS - 1
    assert value.read() == "ONE"

    clock.now += 1
    assert value.read() == "TWO"


def test_an_encrypted_parameter_is_decrypted(environment: None, clock: Clock) -> None:
    with mock_aws():
        seen: list[Request] = []
        stored = Stored("ssm")
        with aws.client("ssm").transport.watched("GetParameter", seen.append):
            secret(stored, clock).read()

    assert [json.loads(request.body)["WithDecryption"] for request in seen] == [True]


@pytest.mark.parametrize("code", [None, "AccessDeniedException", "ValidationException"])
def test_a_store_that_fails_leaves_the_older_value_for_a_while(
    stored: Stored, clock: Clock, code: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    value = secret(stored, clock)
    value.read()

    with rejecting(stored.service, code):
        clock.now += MAX_AGE_SECONDS - 1
        assert value.read() == "ONE"
        clock.now += 1
        with pytest.raises(UnreadableSecretError):
            value.read()

    [record] = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert stored.arn in record.__dict__["reason"]
    assert "ONE" not in str(record.__dict__)


def test_a_malformed_newer_value_is_not_kept(stored: Stored, clock: Clock) -> None:
    value = secret(stored, clock)
    stored.put("malformed")
    with pytest.raises(UnreadableSecretError) as caught:
        value.read()
    assert str(caught.value) == f"secret {stored.arn} must be well-formed; correct its value"
    assert not caught.value.permanent

    stored.put("fixed")

    assert value.read() == "FIXED"


@pytest.mark.parametrize("code", [*ERROR_CODES, "SomethingNew"])
def test_only_what_a_deployment_must_fix_is_permanent(
    stored: Stored, clock: Clock, code: str
) -> None:
    with rejecting(stored.service, code), pytest.raises(UnreadableSecretError) as caught:
        secret(stored, clock).read()

    assert caught.value.permanent == (code in ("InvalidParameterException", "ValidationException"))
    assert str(caught.value) == f"secret {stored.arn} could not be read: {code}: no"


def test_every_error_that_the_stores_document_is_classified(environment: None) -> None:
    documented = {
        shape.name
        for service, operation in OPERATIONS.items()
        for shape in operation_model(service, operation).error_shapes
    }

    assert set(ERROR_CODES) == documented | COMMON


def test_an_unavailable_store_is_called_once(stored: Stored, clock: Clock) -> None:
    with (
        rejecting(stored.service, None) as requests,
        pytest.raises(UnreadableSecretError) as caught,
    ):
        secret(stored, clock).read()

    assert len(requests) == 1
    assert not caught.value.permanent
    assert str(caught.value) == f"secret {stored.arn} could not be read (ConnectTimeoutError)"


def test_a_parameter_that_is_not_encrypted_is_rejected(environment: None, clock: Clock) -> None:
    with mock_aws():
        stored = Stored("ssm")
        aws.boto3_client("ssm").put_parameter(Name="/team/open", Value="open-text", Type="String")

        with pytest.raises(UnreadableSecretError) as caught:
            Secret(stored.arn.replace("hook", "open"), parse, clock=clock).read()

    assert "must be a SecureString, got a String" in str(caught.value)
    assert "open-text" not in str(caught.value)


def test_a_secret_without_text_is_rejected(environment: None, clock: Clock) -> None:
    with mock_aws():
        made = aws.boto3_client("secretsmanager").create_secret(
            Name="binary", SecretBinary=b"bytes"
        )

        with pytest.raises(UnreadableSecretError, match="must be text, got binary"):
            Secret(made["ARN"], parse, clock=clock).read()
