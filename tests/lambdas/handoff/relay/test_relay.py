from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.relay.attempts import backoff_seconds
from serverless_runtime.handoff.relay.hand_off_due_events import (
    HELP_AFTER,
    MAX_FAILURES,
    relay_shard,
)
from serverless_runtime.handoff.relay.ports import Report, WaitingRow
from serverless_runtime.shared.aws.connections import Request, Response
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.relay.relay_scenario import LongOutbox, RecordedTarget, RelayScenario
from tests.lambdas.task_service.dynamo_wire import rejection, wire
from tests.lambdas.wire import moto_response


@pytest.fixture
def scenario(aws_in_memory: None) -> RelayScenario:
    return RelayScenario()


def test_what_a_caller_left_behind_is_handed_off_and_removed(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 46

    report = scenario.run()

    assert scenario.target.event_ids == ["e-1"]
    assert rows() == []
    assert report == Report(oldest_age_seconds=46, backlog=1, handed_off=1, failed=0)


def test_an_empty_outbox_has_an_age_of_0(scenario: RelayScenario) -> None:
    assert scenario.run() == Report(oldest_age_seconds=0, backlog=0, handed_off=0, failed=0)


def test_a_young_event_is_its_callers_own(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 45

    assert scenario.run() == Report()
    assert scenario.target.event_ids == []


def test_the_row_stays_until_the_target_has_accepted(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    there: list[int] = []
    scenario.target.while_invoked = lambda: there.append(len(rows()))

    scenario.run()

    assert there == [1]


def test_an_event_that_is_not_accepted_is_retried_when_due(
    scenario: RelayScenario,
) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    scenario.target.open = False
    report = scenario.run()
    assert (report.handed_off, report.failed) == (0, 1)
    assert scenario.row()["attempts"] == {"N": "1"}

    scenario.clock.now += 59
    assert scenario.run().backlog == 1
    assert scenario.target.event_ids == ["e-1"]

    scenario.clock.now += 1
    scenario.target.open = True
    assert scenario.run().handed_off == 1
    assert scenario.target.event_ids == ["e-1", "e-1"]
    assert rows() == []


def test_attempts_come_less_often_but_never_end(scenario: RelayScenario) -> None:
    assert [backoff_seconds(attempts) for attempts in range(1, 8)] == [
        *(60, 120, 240, 480, 900, 900, 900)
    ]
    assert backoff_seconds(10_000) == 900

    scenario.leave_behind("e-1")
    scenario.target.open = False
    scenario.clock.now += 60
    assert scenario.run().failed == 1
    for seconds in (60, 120, 240, 480, *[900] * 6):
        scenario.clock.now += seconds - 1
        assert scenario.run().failed == 0
        scenario.clock.now += 1
        assert scenario.run().failed == 1
    assert len(scenario.target.event_ids) == 11
    assert scenario.run().oldest_age_seconds == 106 * 60
    assert scenario.row()["event_id"] == {"S": "e-1"}


def test_a_page_of_rows_that_are_not_due_does_not_hide_the_due_one(scenario: RelayScenario) -> None:
    for number in range(30):
        scenario.leave_behind(f"early-{number}")
    scenario.clock.now += 60
    scenario.target.open = False
    scenario.run()
    scenario.leave_behind("late")
    scenario.clock.now += 50
    scenario.target.event_ids.clear()
    scenario.target.open = True

    def small_page(request: Request) -> Response:
        body = json.dumps({**json.loads(request.body), "Limit": 2}).encode()
        return moto_response(request._replace(body=body))

    with wire("Query", small_page):
        report = scenario.run()

    assert scenario.target.event_ids == ["late"]
    assert report.backlog == 31


def test_a_run_ends_when_its_time_is_up_and_the_next_goes_on(scenario: RelayScenario) -> None:
    for number in range(10):
        scenario.leave_behind(f"e-{number}")
    scenario.clock.now += 60
    event_ids = scenario.target.event_ids

    scenario.run(has_time=lambda: len(event_ids) < 3)
    assert len(event_ids) == 3
    assert len(rows()) == 7

    assert scenario.run().handed_off == 7
    assert len(set(event_ids)) == 10


def test_the_oldest_is_reported_even_when_there_is_no_time_for_it(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 3_600

    assert scenario.run(has_time=lambda: False) == Report(oldest_age_seconds=3_600, backlog=1)


def test_a_claim_that_fails_leaves_the_others_their_turn(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.leave_behind("e-2")
    scenario.clock.now += 60
    throttled_requests: list[Request] = []
    throttled = rejection("ThrottlingException")

    def throttle_first_row(request: Request) -> Response | None:
        # The client makes three attempts.
        throttled_requests.append(request)
        return throttled(request) if len(throttled_requests) <= 3 else None

    with wire("UpdateItem", throttle_first_row):
        report = scenario.run()

    assert (report.handed_off, report.failed) == (1, 1)
    assert len(rows()) == 1


def test_a_row_that_cannot_be_removed_is_handed_off_again_later(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    with wire("BatchWriteItem", rejection("AccessDeniedException")):
        assert scenario.run().handed_off == 1
    assert len(rows()) == 1

    scenario.clock.now += 60
    scenario.run()

    assert scenario.target.event_ids == ["e-1", "e-1"]
    assert rows() == []


def test_an_outbox_that_cannot_be_read_is_no_empty_outbox(scenario: RelayScenario) -> None:
    with (
        wire("Query", rejection("AccessDeniedException")),
        pytest.raises(Exception, match="AccessDenied"),
    ):
        scenario.run()


AT_ONCE = 16


def relay_long(outbox: LongOutbox, target: RecordedTarget, **arguments: Any) -> Report:
    return relay_shard(
        "0",
        outbox=outbox,
        target=target,
        dead_letter=lambda event, rejection: None,
        has_time=lambda: True,
        **{"minimum_age_seconds": 45, "at_once": AT_ONCE, **arguments},
    )


def test_so_many_events_of_a_shard_are_handed_off_at_once() -> None:
    target, outbox = RecordedTarget(), LongOutbox(3 * AT_ONCE)
    # Breaks, and fails the run, unless so many are here at once.
    together = threading.Barrier(AT_ONCE)
    target.while_invoked = lambda: together.wait(timeout=20)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        report = relay_long(outbox, target, each=pool.map)

    assert report.handed_off == report.backlog == 3 * AT_ONCE
    assert len(set(outbox.removed)) == len(outbox.removed) == 3 * AT_ONCE


def test_what_a_busy_table_does_not_remove_is_removed_with_the_next_rows() -> None:
    outbox = LongOutbox(3 * AT_ONCE, busy=True)

    relay_long(outbox, RecordedTarget())

    # One in each of the batches, and one at the end.
    assert outbox.removed == ["0", "1", "2", "3"]


@pytest.mark.parametrize(("helped", "handed_off"), [(True, 64), (False, 160)])
def test_a_run_that_gets_help_leaves_the_shard_to_it(helped: bool, handed_off: int) -> None:
    assert 3 * AT_ONCE < HELP_AFTER <= 64 == 4 * AT_ONCE
    asked: list[bool] = []

    def ask() -> bool:
        asked.append(helped)
        return helped

    report = relay_long(LongOutbox(160), RecordedTarget(), ask_for_help=ask)

    assert asked == [helped]
    assert report.handed_off == handed_off


def test_a_run_without_help_hands_off_the_whole_shard() -> None:
    assert relay_long(LongOutbox(160), RecordedTarget()).handed_off == 160


@pytest.mark.parametrize(("age_seconds", "before_ms"), [(45, 955_000), (0.5, 999_500)])
def test_only_events_of_the_minimum_age_are_taken_over(age_seconds: float, before_ms: int) -> None:
    asked: list[int] = []

    class Asked(LongOutbox):
        def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
            asked.append(committed_before)
            return super().oldest_first(shard, committed_before=committed_before)

    settings: dict[str, Any] = {"minimum_age_seconds": age_seconds, "clock": lambda: 1_000.0}
    relay_long(Asked(1), RecordedTarget(), **settings)

    assert asked == [before_ms]


def test_a_target_that_is_down_is_left_alone_after_so_many_failures() -> None:
    target = RecordedTarget()
    target.open = False

    report = relay_long(LongOutbox(3 * MAX_FAILURES), target, ask_for_help=pytest.fail)

    assert MAX_FAILURES <= report.failed == len(target.event_ids) < MAX_FAILURES + AT_ONCE


def test_many_rows_that_are_not_due_delay_the_due_ones_by_a_thousand() -> None:
    read: list[int] = []

    class Mixed(LongOutbox):
        def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
            for number, row in enumerate(super().oldest_first(shard, committed_before=0)):
                read.append(number)
                yield row._replace(next_attempt_at=0 if number == 1 else 2 * 10**15)

    target = RecordedTarget()
    target.while_invoked = lambda: read_then.append(len(read))
    read_then: list[int] = []

    report = relay_long(Mixed(5_000), target)

    assert read_then == [1_000]
    assert report == Report(
        oldest_age_seconds=report.oldest_age_seconds, backlog=5_000, handed_off=1
    )


NEVER = NeverAcceptedError("no JSON", "InvalidRequestContentException", "arn:target")


def test_an_event_that_is_never_accepted_becomes_a_dead_letter_and_leaves_the_outbox(
    scenario: RelayScenario,
) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    scenario.target.never = NEVER

    report = scenario.run()

    assert scenario.dead_letters == [("e-1", "no JSON")]
    assert rows() == []
    assert (report.handed_off, report.failed) == (0, 1)


def test_an_event_that_cannot_be_dead_lettered_stays_in_the_outbox(
    scenario: RelayScenario,
) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    scenario.target.never = NEVER
    scenario.keeps_dead_letters = False

    scenario.run()

    assert len(rows()) == 1
