"""Channels behind circuit breakers, whose rows are beside the deliveries."""

from __future__ import annotations

import pytest

from serverless_runtime.circuit_breaker.settings import FAILURES_TO_OPEN
from serverless_runtime.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.circuit_breaker_channel import (
    CircuitBreakerChannel,
    NotTriedError,
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.lambda_fleet import Provider
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def behind_a_breaker(clock: Clock, provider: Provider) -> CircuitBreakerChannel:
    rows = circuit_breaker_rows(DELIVERIES)
    [channel] = with_circuit_breakers([provider.channel()], rows, clock)
    return channel


def let_it_fail(channel: CircuitBreakerChannel, times: int = FAILURES_TO_OPEN) -> None:
    for _ in range(times):
        with pytest.raises(ChannelError):
            channel.send(an_event())


@pytest.mark.parametrize("error", [ChannelError("busy"), UnknownOutcomeError("no response")])
def test_transient_errors_open_it(clock: Clock, error: Exception) -> None:
    provider = Provider("email", down=error)
    channel = behind_a_breaker(clock, provider)
    let_it_fail(channel)

    with pytest.raises(NotTriedError, match="nothing was sent: the circuit breaker of email is op"):
        channel.send(an_event())
    assert provider.calls == FAILURES_TO_OPEN


def test_messages_that_the_provider_rejects_do_not(clock: Clock) -> None:
    provider = Provider("email", down=PermanentChannelError("no such address"))
    channel = behind_a_breaker(clock, provider)

    let_it_fail(channel, 2 * FAILURES_TO_OPEN)

    assert (provider.calls, channel.failures) == (2 * FAILURES_TO_OPEN, 0)


def test_what_was_not_tried_is_a_transient_failure_with_a_known_outcome() -> None:
    assert not issubclass(NotTriedError, (PermanentChannelError, UnknownOutcomeError))


def test_channels_of_the_same_settings_share_a_circuit_breaker(clock: Clock) -> None:
    numbers = [Provider("sms", down=ChannelError("no response")) for _ in range(2)]
    settings = numbers[0].channel().settings
    channels = [
        ConfiguredChannel(settings=settings, name=f"sms-{n}", recipient="+44***123", sender=each)
        for n, each in enumerate(numbers)
    ]
    first, second = with_circuit_breakers(channels, circuit_breaker_rows(DELIVERIES), clock)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ChannelError, match="no response"):
            first.send(an_event())

    with pytest.raises(NotTriedError, match="the circuit breaker of sms is open"):
        second.send(an_event())
    assert (second.name, numbers[1].calls) == ("sms-1", 0)


def test_a_circuit_breaker_never_conflicts_with_a_delivery_of_the_same_id(clock: Clock) -> None:
    """An event may have any id, even the one under which circuit breakers are stored."""
    let_it_fail(behind_a_breaker(clock, Provider("email", down=ChannelError("down"))), 1)

    key = {"event_id": {"S": "circuit-breakers"}, "part": {"S": "email"}}
    assert "Item" not in aws.client("dynamodb").get_item(TableName=DELIVERIES, Key=key)
