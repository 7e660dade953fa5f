"""An API that fails or is slow."""

from __future__ import annotations

from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from tests.e2e.incidents.incident import Incident, Scenario
from tests.e2e.permissions import remove_permission

_THRESHOLDS = ApiThresholds()
_OPERATION = "tasks-create-task"


def _someone_removes_the_permission_to_store(scenario: Scenario) -> None:
    remove_permission(scenario.stack, _OPERATION, "may-use-table")
    for _ in range(_THRESHOLDS.minimum_requests):
        scenario.creates_a_task()


def _clients_fail(scenario: Scenario) -> bool:
    return scenario.creates_a_task().is_server_error


def _functions_have_too_little_cpu(scenario: Scenario) -> None:
    scenario.needs_twice_the_memory(_OPERATION)
    scenario.creates_a_task()


INCIDENTS = (
    Incident(
        name="someone removes the permission to store",
        alarm_id="api-errors",
        begin=_someone_removes_the_permission_to_store,
        persists=_clients_fail,
        # As many requests as failures.
        datapoint=_THRESHOLDS.minimum_requests,
        published_at_first=True,
        afterwards=Scenario.everything_was_delivered,
    ),
    Incident(
        name="functions have too little CPU",
        alarm_id="api-latency",
        begin=_functions_have_too_little_cpu,
        persists=lambda scenario: scenario.has_too_little_memory(_OPERATION),
        # Far above: a fast response in the same minutes must not hide it.
        datapoint=10 * _THRESHOLDS.latency_ms,
    ),
)
