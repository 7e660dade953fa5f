"""A target that fails, is throttled or is slow; and its providers."""

from __future__ import annotations

import math

import httpx

from local.scenario.observe import TARGET
from serverless_ops.circuit_breakers.states import read_circuit_breakers
from serverless_ops.stack import Operations
from serverless_runtime.circuit_breaker.settings import FAILURES_TO_OPEN
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from tests.e2e.incidents.dead_letters import events_are_dropped, may_not_send
from tests.e2e.incidents.incident import Incident, Scenario
from tests.runbook import DO

_ATTEMPTS = 3
_QUARTER_OF_AN_HOUR_MS = 900_000


def _two_events_are_dropped(scenario: Scenario) -> None:
    events_are_dropped(scenario, 2)


def _concurrency(scenario: Scenario) -> int | None:
    response = scenario.stack.client("lambda").get_function_concurrency(
        FunctionName=scenario.stack.function_names()[TARGET]
    )
    reserved: int | None = response.get("ReservedConcurrentExecutions")
    return reserved


def _someone_stops_the_target(scenario: Scenario) -> None:
    scenario.stack.client("lambda").put_function_concurrency(
        FunctionName=scenario.stack.function_names()[TARGET], ReservedConcurrentExecutions=0
    )
    scenario.creates_a_task()
    # On AWS it would wait for six hours.
    scenario.waits_for_dead_letters(1)


def _others_use_the_accounts_concurrency(scenario: Scenario) -> None:
    scenario.engineer.values["CONCURRENCY"] = "50"


def _no_concurrency_is_reserved(scenario: Scenario) -> bool:
    return _concurrency(scenario) is None


def _the_target_has_too_little_cpu(scenario: Scenario) -> None:
    scenario.needs_twice_the_memory(TARGET)
    scenario.creates_a_task()
    scenario.engineer.values["EVENT_ID"] = scenario.engineer.values["CORRELATION_ID"]


def _the_receiver_breaks(scenario: Scenario) -> None:
    scenario.stack.receiver.status = httpx.codes.SERVICE_UNAVAILABLE
    events = math.ceil(FAILURES_TO_OPEN / _ATTEMPTS)
    for _ in range(events):
        scenario.creates_a_task()
    scenario.waits_for_dead_letters(events)


def _the_receiver_is_fixed(scenario: Scenario) -> None:
    scenario.stack.receiver.status = httpx.codes.NO_CONTENT


def _what_became_dead_letters_is_delivered(scenario: Scenario) -> None:
    """By the page that this one leads to: a circuit breaker may have no dead letters."""
    scenario.engineer.runs("dead-letter-depth", DO, skipping=("pulumi", "purge"))
    scenario.everything_was_delivered()


def _its_circuit_breaker_is_open(scenario: Scenario) -> bool:
    [table] = Operations.model_validate(scenario.stack.operations).circuit_breakers.values()
    states = read_circuit_breakers(scenario.stack.client("dynamodb"), table)
    return states["webhook"].status != "CLOSED"


INCIDENTS = (
    Incident(
        name="someone stops the target",
        alarm_id="event-age",
        begin=_someone_stops_the_target,
        persists=lambda scenario: _concurrency(scenario) == 0,
        datapoint=_QUARTER_OF_AN_HOUR_MS,
        afterwards=Scenario.everything_was_delivered,
    ),
    Incident(
        name="two events cannot be delivered",
        alarm_id="target-errors",
        begin=_two_events_are_dropped,
        persists=may_not_send,
        datapoint=5,
        published_at_first=True,
        afterwards=Scenario.everything_was_delivered,
    ),
    Incident(
        name="others use the account's concurrency",
        alarm_id="target-throttled",
        begin=_others_use_the_accounts_concurrency,
        persists=_no_concurrency_is_reserved,
        datapoint=1,
    ),
    Incident(
        name="the target has too little CPU",
        alarm_id="target-duration",
        begin=_the_target_has_too_little_cpu,
        persists=lambda scenario: scenario.has_too_little_memory(TARGET),
        datapoint=TIMEOUT_SECONDS * 1_000,
    ),
    Incident(
        name="a receiver breaks",
        alarm_id="circuit-breaker-open",
        begin=_the_receiver_breaks,
        persists=_its_circuit_breaker_is_open,
        datapoint=1,
        published_at_first=True,
        fix_outside_aws=_the_receiver_is_fixed,
        afterwards=_what_became_dead_letters_is_delivered,
    ),
)
