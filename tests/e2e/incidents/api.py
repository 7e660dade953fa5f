"""An API that fails, or is slow."""

from __future__ import annotations

from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from tests.e2e.rights import take_right
from tests.e2e.troubles.trouble import Scene, Trouble

_THRESHOLDS = ApiThresholds()
_OPERATION = "create-task"


def _somebody_takes_the_right_to_store(scene: Scene) -> None:
    take_right(scene.stack, _OPERATION, "may-write-tasks")
    for _ in range(_THRESHOLDS.least_requests):
        scene.creates_a_task()


def _clients_fail(scene: Scene) -> bool:
    return scene.creates_a_task().is_server_error


def _functions_have_too_little_processor(scene: Scene) -> None:
    scene.wants_twice_the_memory(_OPERATION)
    scene.creates_a_task()


TROUBLES = (
    Trouble(
        name="somebody takes the right to store",
        kind=AlarmKind.API_ERRORS,
        begins=_somebody_takes_the_right_to_store,
        lasts=_clients_fail,
        # As many requests as failures.
        counted=_THRESHOLDS.least_requests,
        begins_counted=True,
        afterwards=Scene.everybody_was_told,
    ),
    Trouble(
        name="functions have too little processor",
        kind=AlarmKind.API_LATENCY,
        begins=_functions_have_too_little_processor,
        lasts=lambda scene: scene.has_less_than_wanted(_OPERATION),
        # Far above: a fast answer of the same minutes must not hide it.
        counted=10 * _THRESHOLDS.latency_ms,
    ),
)
