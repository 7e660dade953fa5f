"""When a relay ran last is read from the metrics that it logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from serverless_ops.outbox.relay_runs import RelayRun, is_new, last_relay_run
from tests.ops.fakes import Overriding
from tests.ops.outbox.relay_log import RelayLog

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODIFIED = NOON - timedelta(hours=1)


def functions(modified: datetime = MODIFIED) -> Any:
    configuration = {
        "LoggingConfig": {"LogGroup": "relay"},
        # As Lambda writes it.
        "LastModified": modified.isoformat(timespec="milliseconds").replace("+00:00", "+0000"),
    }
    return Overriding(None, get_function_configuration=lambda **_: configuration)


def test_the_last_of_several_runs_counts_in_whatever_order_they_are_logged() -> None:
    log = RelayLog()
    for minutes in (3, 1, 2):
        log.ran(NOON - timedelta(minutes=minutes), handed_off=minutes, failed=minutes + 10)

    last = RelayRun(at=NOON - timedelta(minutes=1), handed_off=1, failed=11)
    assert last_relay_run(functions(), log, "relay", NOON) == last


@pytest.mark.parametrize(
    ("seconds", "is_found"), [(0, True), (15 * 60, True), (15 * 60 + 1, False)]
)
def test_a_run_of_the_last_quarter_of_an_hour_is_found(seconds: int, *, is_found: bool) -> None:
    log = RelayLog()
    log.ran(NOON - timedelta(seconds=seconds))

    assert (last_relay_run(functions(), log, "relay", NOON) is not None) == is_found


@pytest.mark.parametrize(("seconds", "expected"), [(0, True), (179, True), (180, False)])
def test_a_relay_is_new_for_three_minutes(seconds: int, *, expected: bool) -> None:
    deployed = functions(NOON - timedelta(seconds=seconds))

    assert is_new(deployed, "relay", NOON) is expected
