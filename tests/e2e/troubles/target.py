"""A target that fails, has no room, or is slow; and its providers."""

from __future__ import annotations

import math

import httpx

from local.tour.observe import TARGET
from ops.deliveries.circuit_breakers import read_breakers
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.notification_service.notification_service import TIMEOUT_SECONDS
from serverless_runtime.notification_service.breaker import FAILURES_TO_OPEN
from tests.e2e.troubles.dead_letters import events_are_given_up, may_not_send
from tests.e2e.troubles.trouble import Scene, Trouble

_ATTEMPTS = 3
_QUARTER_OF_AN_HOUR_MS = 900_000


def _two_events_are_given_up(scene: Scene) -> None:
    events_are_given_up(scene, 2)


def _concurrency(scene: Scene) -> int | None:
    answer = scene.stack.client("lambda").get_function_concurrency(
        FunctionName=scene.stack.function_names()[TARGET]
    )
    reserved: int | None = answer.get("ReservedConcurrentExecutions")
    return reserved


def _somebody_stops_the_target(scene: Scene) -> None:
    scene.stack.client("lambda").put_function_concurrency(
        FunctionName=scene.stack.function_names()[TARGET], ReservedConcurrentExecutions=0
    )
    scene.creates_a_task()
    # On AWS it would wait for six hours.
    scene.waits_for_dead_letters(1)


def _others_use_the_accounts_concurrency(scene: Scene) -> None:
    scene.newcomer.values["CONCURRENCY"] = "50"


def _no_room_is_kept(scene: Scene) -> bool:
    return _concurrency(scene) is None


def _the_target_has_too_little_processor(scene: Scene) -> None:
    scene.wants_twice_the_memory(TARGET)
    scene.creates_a_task()
    scene.newcomer.values["EVENT_ID"] = scene.newcomer.values["CORRELATION_ID"]


def _the_receiver_breaks(scene: Scene) -> None:
    scene.stack.receiver.status = httpx.codes.SERVICE_UNAVAILABLE
    events = math.ceil(FAILURES_TO_OPEN / _ATTEMPTS)
    for _ in range(events):
        scene.creates_a_task()
    scene.waits_for_dead_letters(events)


def _the_receiver_is_mended(scene: Scene) -> None:
    scene.stack.receiver.status = httpx.codes.NO_CONTENT


def _it_is_left_alone(scene: Scene) -> bool:
    table = scene.stack.outputs["deliveriesTableName"]
    states = read_breakers(scene.stack.client("dynamodb"), table, ["webhook"])
    return states["webhook"].status != "CLOSED"


TROUBLES = (
    Trouble(
        name="somebody stops the target",
        kind=AlarmKind.EVENT_AGE,
        begins=_somebody_stops_the_target,
        lasts=lambda scene: _concurrency(scene) == 0,
        counted=_QUARTER_OF_AN_HOUR_MS,
        afterwards=Scene.everybody_was_told,
    ),
    Trouble(
        name="two events cannot be delivered",
        kind=AlarmKind.TARGET_ERRORS,
        begins=_two_events_are_given_up,
        lasts=may_not_send,
        counted=5,
        begins_counted=True,
        afterwards=Scene.everybody_was_told,
    ),
    Trouble(
        name="others use the account's concurrency",
        kind=AlarmKind.TARGET_THROTTLED,
        begins=_others_use_the_accounts_concurrency,
        lasts=_no_room_is_kept,
        counted=1,
    ),
    Trouble(
        name="the target has too little processor",
        kind=AlarmKind.TARGET_DURATION,
        begins=_the_target_has_too_little_processor,
        lasts=lambda scene: scene.has_less_than_wanted(TARGET),
        counted=TIMEOUT_SECONDS * 1_000,
    ),
    Trouble(
        name="a receiver breaks",
        kind=AlarmKind.BREAKER_OPEN,
        begins=_the_receiver_breaks,
        lasts=_it_is_left_alone,
        counted=1,
        begins_counted=True,
        outside=_the_receiver_is_mended,
        afterwards=Scene.everybody_was_told,
    ),
)
