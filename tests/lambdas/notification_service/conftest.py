from __future__ import annotations

import pytest

from serverless_runtime.notification_service.deliveries import Deliveries
from serverless_runtime.notification_service.dynamo_deliveries import DynamoDeliveries
from tests.lambdas.notification_service.a_breaker import Provider
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.notification_service.in_memory_deliveries import InMemoryDeliveries
from tests.lambdas.notification_service.webhook_fixtures import ca, secret_arn, sending, server
from tests.lambdas.tables import DELIVERIES

__all__ = ["ca", "secret_arn", "sending", "server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def in_memory(clock: Clock) -> InMemoryDeliveries:
    return InMemoryDeliveries(clock)


@pytest.fixture(params=["table", "fake"])
def deliveries(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> Deliveries:
    """The table, and the fake that stands for it: both pass the same tests."""
    if request.param == "table":
        return DynamoDeliveries(DELIVERIES, clock=clock)
    return InMemoryDeliveries(clock)


@pytest.fixture
def dead_letters() -> RecordingDeadLetters:
    return RecordingDeadLetters()


@pytest.fixture
def provider() -> Provider:
    return Provider()
