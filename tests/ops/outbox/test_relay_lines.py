"""The relay of an outbox, line for line, and its runs to the minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from serverless_ops.outbox.relay_command import Schedule, find_schedule
from serverless_ops.outbox.relay_runs import RelayRun, is_new, last_relay_run
from tests.ops.fakes import Overriding
from tests.ops.outbox.relay_log import RelayLog
from tests.ops.outbox.test_relay_command import NOON

FUNCTIONS: Any = Overriding(
    None, get_function_configuration=lambda **_: {"LoggingConfig": {"LogGroup": "relay"}}
)


def test_the_last_run_is_the_latest_of_the_log() -> None:
    log = RelayLog()
    for minutes in (3, 1, 2):
        log.ran(NOON - timedelta(minutes=minutes), handed_off=minutes, failed=10 * minutes)

    assert last_relay_run(FUNCTIONS, log, "relay", NOON) == RelayRun(
        at=NOON - timedelta(minutes=1), handed_off=1, failed=10
    )


@pytest.mark.parametrize(("ago_seconds", "found"), [(900, True), (901, False), (0, True)])
def test_a_run_counts_for_a_quarter_of_an_hour(ago_seconds: int, *, found: bool) -> None:
    log = RelayLog()
    log.ran(NOON - timedelta(seconds=ago_seconds))

    assert (last_relay_run(FUNCTIONS, log, "relay", NOON) is not None) is found


@pytest.mark.parametrize(("ago_seconds", "new"), [(0, True), (179, True), (180, False)])
def test_a_relay_is_new_for_three_minutes(ago_seconds: int, *, new: bool) -> None:
    modified = (NOON - timedelta(seconds=ago_seconds)).isoformat()
    functions: Any = Overriding(
        None, get_function_configuration=lambda **_: {"LastModified": modified}
    )

    assert is_new(functions, "relay", NOON) is new


class _Scheduler:
    def __init__(self, *targets: str) -> None:
        self._pages = [
            {
                "Schedules": [
                    {"Target": {"Arn": arn}, "GroupName": "g", "Name": arn[-1], "State": state}
                    for state in ("ENABLED",)
                ]
            }
            for arn in targets
        ]

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_schedules"
        return self

    def paginate(self) -> Any:
        return self._pages


def test_a_schedule_is_found_by_its_target_on_any_page() -> None:
    scheduler = _Scheduler("arn:a", "arn:c", "arn:b")

    assert find_schedule(scheduler, "arn:b") == Schedule(group="g", name="b", is_enabled=True)
    assert find_schedule(scheduler, "arn:bb") is None
    assert find_schedule(_Scheduler(), "arn:b") is None
