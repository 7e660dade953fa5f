"""One channel's provider is down for 200 events: what that costs it, and what it costs others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
)
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.lambda_fleet import Fleet, Provider
from tests.lambdas.samples import a_task, an_event
from tests.model_tests.in_memory_dynamo import InMemoryDynamo

EVENTS = [
    an_event(a_task(task_id=f"019501d2-7c00-7a51-8f3e-{number:012d}")) for number in range(200)
]
INSTANCES = 8
PROBES = 4
"""After 30, 60, 120 and 240 s; the attempts of all events take less than four minutes."""


@pytest.fixture
def model(clock: Clock) -> InMemoryDynamo:
    return InMemoryDynamo(clock, lambda change: None)


@pytest.fixture(params=["model", "moto"])
def events_and_table(
    request: pytest.FixtureRequest, model: InMemoryDynamo, aws_in_memory: None
) -> tuple[list[TaskEvent], Any]:
    """All events on the model of DynamoDB; moto, which is much slower, gets a twentieth."""
    if request.param == "model":
        return EVENTS, model
    return EVENTS[::20], aws.client("dynamodb")


def times(provider: Provider) -> Counter[str]:
    return Counter(provider.accepted)


def all_once(events: list[TaskEvent]) -> Counter[str]:
    return Counter(event.event_id for event in events)


def test_others_get_each_event_once_and_it_is_hardly_called_until_it_returns(
    clock: Clock, events_and_table: tuple[list[TaskEvent], Any]
) -> None:
    events, dynamodb = events_and_table
    broken, well, other = Provider("sms"), Provider("email"), Provider("push")
    fleet = Fleet(INSTANCES, [broken, well, other], clock, dynamodb)
    broken.down = ChannelError("no response")

    fleet.run(events, seconds_between=40 / len(events))

    assert times(well) == times(other) == all_once(events)
    # Five to open it, one of each other instance that has not read the state yet, and the probes.
    assert FAILURES_TO_OPEN < broken.calls <= FAILURES_TO_OPEN + (INSTANCES - 1) + PROBES
    assert len(fleet.dead) == len(events)

    broken.down = None
    clock.now += 3_600
    replayed = [event.replayed() for event in fleet.dead]
    fleet.dead = []
    fleet.run(replayed, seconds_between=0.1)

    assert times(broken) == times(well) == times(other) == all_once(events)
    assert fleet.dead == []
    assert fleet.dead_letters.reasons == []


def test_a_provider_that_is_back_soon_needs_no_replay(clock: Clock, model: InMemoryDynamo) -> None:
    broken, well = Provider("sms"), Provider("email")
    fleet = Fleet(INSTANCES, [broken, well], clock, model)
    broken.down = ChannelError("no response")
    ends = clock.now + FIRST_COOL_DOWN_SECONDS

    def come_back() -> None:
        if clock.now >= ends:
            broken.down = None

    broken.meanwhile = come_back
    fleet.run(EVENTS, seconds_between=0.2)

    assert times(broken) == times(well) == all_once(EVENTS)
    assert fleet.dead == []


def test_instances_that_run_while_one_probes_leave_the_provider_alone(
    clock: Clock, model: InMemoryDynamo
) -> None:
    broken, well = Provider("sms"), Provider("email")
    fleet = Fleet(INSTANCES, [broken, well], clock, model)
    broken.down = ChannelError("no response")
    for event in EVENTS[:FAILURES_TO_OPEN]:
        fleet.attempt(event)
    clock.now += FIRST_COOL_DOWN_SECONDS
    others = iter(EVENTS[FAILURES_TO_OPEN : FAILURES_TO_OPEN + INSTANCES])

    def let_others_run() -> None:
        broken.meanwhile = lambda: None
        for event in others:
            assert not fleet.attempt(event)

    broken.meanwhile = let_others_run
    fleet.attempt(EVENTS[100])

    assert broken.calls == FAILURES_TO_OPEN + 1
    assert len(well.accepted) == FAILURES_TO_OPEN + INSTANCES + 1
