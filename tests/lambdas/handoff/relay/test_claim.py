"""Rows that several relays want to claim, and claims whose response was lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.ports import Claim, WaitingRow
from serverless_runtime.shared.aws.connections import Request
from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff.relay.relay_scenario import RelayScenario, other_client
from tests.lambdas.tables import OUTBOX
from tests.lambdas.task_service.dynamo_wire import lose_the_response, once, wire


@pytest.fixture
def scenario(aws_in_memory: None) -> RelayScenario:
    return RelayScenario()


def test_a_claim_whose_response_was_lost_is_known_to_be_ours(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60

    with wire("UpdateItem", once(lose_the_response)):
        assert scenario.run().handed_off == 1

    assert scenario.target.event_ids == ["e-1"]
    assert rows() == []


def test_the_outbox_is_read_consistently_and_without_payloads(scenario: RelayScenario) -> None:
    queries: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        queries.append(json.loads(request.body))

    with wire("Query", note):
        scenario.run()

    assert len(queries) == len(SHARDS)
    for query in queries:
        assert query["ConsistentRead"] is True
        assert "payload" not in query["ProjectionExpression"]


def test_two_relays_at_once_hand_an_event_off_once(scenario: RelayScenario) -> None:
    for number in range(20):
        scenario.leave_behind(f"e-{number}")
    scenario.clock.now += 60

    def run_another() -> None:
        scenario.target.while_invoked = lambda: None
        scenario.run(outbox=DynamoOutbox(OUTBOX, other_client()))

    scenario.target.while_invoked = run_another
    scenario.run()

    assert sorted(scenario.target.event_ids) == sorted(f"e-{number}" for number in range(20))
    assert rows() == []


def test_of_two_relays_that_read_the_same_row_one_gets_it(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    scenario.target.open = False

    def run_another(_: object) -> None:
        assert scenario.run(outbox=DynamoOutbox(OUTBOX, other_client())).failed == 1

    with wire("UpdateItem", once(run_another)):
        report = scenario.run()

    assert (report.backlog, report.failed, report.handed_off) == (1, 0, 0)
    assert scenario.target.event_ids == ["e-1"]
    assert scenario.row()["attempts"] == {"N": "1"}


def test_a_row_that_its_caller_deletes_meanwhile_stays_deleted(scenario: RelayScenario) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60
    row = scenario.row()

    def delete_it(_: object) -> None:
        key = {name: row[name] for name in ("shard", "committed")}
        other_client().delete_item(TableName=OUTBOX, Key=key)

    with wire("UpdateItem", once(delete_it)):
        scenario.run()

    assert scenario.target.event_ids == []
    assert rows() == []


def test_an_accepted_event_leaves_the_outbox_whoever_has_claimed_it_since(
    scenario: RelayScenario,
) -> None:
    scenario.leave_behind("e-1")
    scenario.clock.now += 60

    def outlast_the_claim() -> None:
        scenario.target.while_invoked, scenario.target.open = (lambda: None), False
        scenario.clock.now += 60
        assert scenario.run().failed == 1
        scenario.target.open = True

    scenario.target.while_invoked = outlast_the_claim
    assert scenario.run().handed_off == 1

    assert scenario.target.event_ids == ["e-1", "e-1"]
    assert rows() == []


def test_rows_are_removed_25_at_a_time_and_what_is_left_is_returned() -> None:
    claims = [_claim(number) for number in range(30)]
    table = BusyTable()

    left = DynamoOutbox(OUTBOX, table).remove(claims)

    assert [len(each) for each in table.batches] == [25, 5]
    assert left == [claims[24], claims[29]]


def _claim(number: int) -> Claim:
    row = WaitingRow(
        shard="0",
        committed=f"{number}#e",
        event_id="e",
        committed_at=1,
        next_attempt_at=1,
        attempts=0,
    )
    return Claim(row=row, event=Event(event_id="e", correlation_id="c", payload=b"{}"))


class BusyTable:
    """Leaves the last row of every batch."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        [writes] = RequestItems.values()
        self.batches.append(writes)
        return {"UnprocessedItems": {OUTBOX: writes[-1:]}}
