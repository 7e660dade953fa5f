from __future__ import annotations

import pytest

from serverless_runtime.shared import aws


@pytest.mark.parametrize("service", ["sesv2", "sns"])
def test_a_message_is_never_sent_twice_by_the_sdk(service: str) -> None:
    assert aws.client(service).meta.config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize(
    "service", ["dynamodb", "lambda", "secretsmanager", "sesv2", "sns", "sqs", "ssm"]
)
def test_nothing_is_awaited_longer_than_the_api_waits(service: str) -> None:
    config = aws.client(service).meta.config
    patience = config.connect_timeout + config.read_timeout

    assert patience * config.retries["total_max_attempts"] <= 11


def test_a_service_without_decided_patience_has_no_client() -> None:
    with pytest.raises(KeyError):
        aws.client("s3")
