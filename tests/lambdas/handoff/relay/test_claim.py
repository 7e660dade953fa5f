"""Rows that more than one wants, and claims whose answer was lost on its way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.shared.aws.connections import Request
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.relay.a_relay import Scene, other_client
from tests.lambdas.tables import OUTBOX
from tests.lambdas.task_service.dynamo_wire import lose_the_response, once, wire


@pytest.fixture
def scene(aws_in_memory: None) -> Scene:
    return Scene()


def test_a_claim_whose_response_was_lost_is_known_to_be_ours(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60

    with wire("UpdateItem", once(lose_the_response)):
        assert scene.run().handed_off == 1

    assert scene.target.asked == ["e-1"]
    assert rows() == []


def test_the_outbox_is_read_consistently_and_without_payloads(scene: Scene) -> None:
    asked: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        asked.append(json.loads(request.body))

    with wire("Query", note):
        scene.run()

    assert len(asked) == 8
    for query in asked:
        assert query["ConsistentRead"] is True
        assert "payload" not in query["ProjectionExpression"]


def test_two_relays_at_once_hand_an_event_off_once(scene: Scene) -> None:
    for number in range(20):
        scene.leave_behind(f"e-{number}")
    scene.clock.now += 60

    def run_another() -> None:
        scene.target.while_asked = lambda: None
        scene.run(outbox=DynamoOutbox(OUTBOX, other_client()))

    scene.target.while_asked = run_another
    scene.run()

    assert sorted(scene.target.asked) == sorted(f"e-{number}" for number in range(20))
    assert rows() == []


def test_of_two_relays_that_read_the_same_row_one_gets_it(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60
    scene.target.open = False

    def run_another(_: object) -> None:
        assert scene.run(outbox=DynamoOutbox(OUTBOX, other_client())).failed == 1

    with wire("UpdateItem", once(run_another)):
        report = scene.run()

    assert (report.backlog, report.failed, report.handed_off) == (1, 0, 0)
    assert scene.target.asked == ["e-1"]
    assert scene.row()["attempts"] == {"N": "1"}


def test_a_row_that_its_caller_deletes_meanwhile_stays_deleted(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60
    row = scene.row()

    def delete_it(_: object) -> None:
        key = {name: row[name] for name in ("shard", "committed")}
        other_client().delete_item(TableName=OUTBOX, Key=key)

    with wire("UpdateItem", once(delete_it)):
        scene.run()

    assert scene.target.asked == []
    assert rows() == []


def test_a_late_relay_does_not_remove_what_another_has_claimed_since(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60

    def outlast_the_claim() -> None:
        scene.target.while_asked, scene.target.open = (lambda: None), False
        scene.clock.now += 60
        scene.run()
        scene.target.open = True

    scene.target.while_asked = outlast_the_claim
    scene.run()

    assert scene.target.asked == ["e-1", "e-1"]
    assert scene.row()["attempts"] == {"N": "2"}
