from __future__ import annotations

import pytest

from serverless_runtime.notification_service.delivery_leases import DeliveryLeases
from serverless_runtime.notification_service.dynamo_delivery_leases import DynamoDeliveryLeases
from tests.lambdas.notification_service.circuit_breaker_instances import Provider
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.notification_service.in_memory_delivery_leases import InMemoryDeliveryLeases
from tests.lambdas.notification_service.sample_delivery import Service
from tests.lambdas.notification_service.webhook_fixtures import ca, secret_arn, sending, server
from tests.lambdas.tables import DELIVERIES

__all__ = ["ca", "secret_arn", "sending", "server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def in_memory(clock: Clock) -> InMemoryDeliveryLeases:
    return InMemoryDeliveryLeases(clock)


@pytest.fixture(params=["table", "fake"])
def deliveries(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> DeliveryLeases:
    """The table, and the fake that stands for it: both pass the same tests."""
    if request.param == "table":
        return DynamoDeliveryLeases(DELIVERIES, clock=clock)
    return InMemoryDeliveryLeases(clock)


@pytest.fixture
def service(deliveries: DeliveryLeases, clock: Clock) -> Service:
    return Service(deliveries, clock)


@pytest.fixture
def dead_letters() -> RecordingDeadLetters:
    return RecordingDeadLetters()


@pytest.fixture
def provider() -> Provider:
    return Provider()
