"""AWS in memory for handlers: moto's DynamoDB and SES, and a Lambda that records its invokes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from serverless_runtime.shared import aws
from tests.lambdas.moto_state import make_tables_and_queue
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import (
    DEAD_LETTER_QUEUE_URL,
    DELIVERIES,
    METHODS_BY_PATH,
    OUTBOX,
    TARGET_ARN,
    TASKS,
)
from tests.lambdas.wire import Moto


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("TABLE_NAME", TASKS)
    monkeypatch.setenv("METHODS_BY_PATH", json.dumps(METHODS_BY_PATH))
    monkeypatch.setenv("HANDOFF_TASKS_TARGET_ARN", TARGET_ARN)
    monkeypatch.setenv("HANDOFF_TASKS_OUTBOX_TABLE_NAME", OUTBOX)
    monkeypatch.setenv("EVENT_PUBLISHER", "serverless_runtime.handoff.Handoff")
    monkeypatch.setenv("METRICS_COMPONENT", "shop-dev-orders")
    monkeypatch.setenv("MINIMUM_AGE_SECONDS", "45")
    monkeypatch.setenv("ONCE_TABLE_NAME", DELIVERIES)
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", DEAD_LETTER_QUEUE_URL)
    monkeypatch.setenv(
        "CHANNELS",
        '[{"kind": "email", "sender": "tasks@example.com", "recipients": ["team@example.com"]}]',
    )
    for service in ("dynamodb", "sqs", "sns", "events", "sesv2", "secretsmanager", "ssm"):
        monkeypatch.setattr(aws.client(service), "transport", Moto())


@pytest.fixture
def aws_in_memory(environment: None) -> Iterator[None]:
    with mock_aws():
        make_tables_and_queue()
        yield


@pytest.fixture
def recorded_lambda(aws_in_memory: None, monkeypatch: pytest.MonkeyPatch) -> RecordedLambda:
    recorded = RecordedLambda()
    monkeypatch.setattr(aws.client("lambda"), "transport", recorded)
    return recorded
