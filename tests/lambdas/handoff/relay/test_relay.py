from __future__ import annotations

import json

import pytest

from serverless_runtime.handoff.relay.relay import (
    MAX_ATTEMPTS_PER_RUN,
    Report,
    backoff_seconds,
    relay_shard,
)
from serverless_runtime.shared.aws.connections import Request, Response
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.relay.a_relay import LongOutbox, RecordedTarget, Scene
from tests.lambdas.task_service.dynamo_wire import refusal, wire
from tests.lambdas.wire import moto_response


@pytest.fixture
def scene(aws_in_memory: None) -> Scene:
    return Scene()


def test_what_a_caller_left_behind_is_handed_off_and_removed(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 46

    report = scene.run()

    assert scene.target.asked == ["e-1"]
    assert rows() == []
    assert report == Report(oldest_age_seconds=46, backlog=1, handed_off=1, failed=0)


def test_an_empty_outbox_has_an_age_of_0(scene: Scene) -> None:
    assert scene.run() == Report(oldest_age_seconds=0, backlog=0, handed_off=0, failed=0)


def test_a_young_event_is_its_callers_own(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 45

    assert scene.run() == Report()
    assert scene.target.asked == []


def test_the_row_stays_until_the_target_has_accepted(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60
    there: list[int] = []
    scene.target.while_asked = lambda: there.append(len(rows()))

    scene.run()

    assert there == [1]


def test_a_refused_event_stays_and_is_tried_again_when_due(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60
    scene.target.open = False
    report = scene.run()
    assert (report.handed_off, report.failed) == (0, 1)
    assert scene.row()["attempts"] == {"N": "1"}

    scene.clock.now += 59
    assert scene.run().backlog == 1
    assert scene.target.asked == ["e-1"]

    scene.clock.now += 1
    scene.target.open = True
    assert scene.run().handed_off == 1
    assert scene.target.asked == ["e-1", "e-1"]
    assert rows() == []


def test_attempts_come_less_often_but_never_end(scene: Scene) -> None:
    assert [backoff_seconds(attempts) for attempts in range(1, 8)] == [
        *(60, 120, 240, 480, 900, 900, 900)
    ]
    assert backoff_seconds(10_000) == 900

    scene.leave_behind("e-1")
    scene.target.open = False
    for minute in range(1, 121):
        scene.clock.now += 60
        assert scene.run().oldest_age_seconds == minute * 60
    assert len(scene.target.asked) == 11
    assert scene.row()["event_id"] == {"S": "e-1"}


def test_a_page_of_rows_that_are_not_due_does_not_hide_the_due_one(scene: Scene) -> None:
    for number in range(30):
        scene.leave_behind(f"early-{number}")
    scene.clock.now += 60
    scene.target.open = False
    scene.run()
    scene.leave_behind("late")
    scene.clock.now += 50
    scene.target.asked.clear()
    scene.target.open = True

    def small_page(request: Request) -> Response:
        body = json.dumps({**json.loads(request.body), "Limit": 2}).encode()
        return moto_response(request._replace(body=body))

    with wire("Query", small_page):
        report = scene.run()

    assert scene.target.asked == ["late"]
    assert report.backlog == 31


def test_a_run_ends_when_its_time_is_up_and_the_next_goes_on(scene: Scene) -> None:
    for number in range(10):
        scene.leave_behind(f"e-{number}")
    scene.clock.now += 60
    asked = scene.target.asked

    scene.run(has_time=lambda: len(asked) < 3)
    assert len(asked) == 3
    assert len(rows()) == 7

    assert scene.run().handed_off == 7
    assert len(set(asked)) == 10


def test_the_oldest_is_reported_even_when_there_is_no_time_for_it(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 3_600

    assert scene.run(has_time=lambda: False) == Report(oldest_age_seconds=3_600, backlog=1)


def test_a_claim_that_fails_leaves_the_others_their_turn(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.leave_behind("e-2")
    scene.clock.now += 60
    refused: list[Request] = []
    throttled = refusal("ThrottlingException")

    def refuse_first_row(request: Request) -> Response | None:
        # The client asks three times.
        refused.append(request)
        return throttled(request) if len(refused) <= 3 else None

    with wire("UpdateItem", refuse_first_row):
        report = scene.run()

    assert (report.handed_off, report.failed) == (1, 1)
    assert len(rows()) == 1


def test_a_row_that_cannot_be_removed_is_handed_off_again_later(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60
    with wire("DeleteItem", refusal("AccessDeniedException")):
        assert scene.run().handed_off == 1
    assert len(rows()) == 1

    scene.clock.now += 60
    scene.run()

    assert scene.target.asked == ["e-1", "e-1"]
    assert rows() == []


def test_an_outbox_that_cannot_be_read_is_no_empty_outbox(scene: Scene) -> None:
    with (
        wire("Query", refusal("AccessDeniedException")),
        pytest.raises(Exception, match="AccessDenied"),
    ):
        scene.run()


def test_a_run_makes_only_so_many_attempts() -> None:
    target = RecordedTarget()

    relay_shard(
        "0", outbox=LongOutbox(), target=target, minimum_age_seconds=45, has_time=lambda: True
    )

    assert len(target.asked) == MAX_ATTEMPTS_PER_RUN
