"""A claim whose answer was lost on its way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.lambdas.handoff.outbox_table import rows
from tests.lambdas.handoff_relay.a_relay import Scene, other_client
from tests.lambdas.task_service.dynamo_wire import once, wire


@pytest.fixture
def scene(aws_in_memory: None) -> Scene:
    return Scene()


def test_a_claim_whose_answer_was_lost_is_known_to_be_ours(scene: Scene) -> None:
    scene.leave_behind("e-1")
    scene.clock.now += 60

    def lose_the_answer(request: Any) -> None:
        other_client().update_item(**json.loads(request.body))
        raise ReadTimeoutError(endpoint_url=request.url)

    with wire("UpdateItem", once(lose_the_answer)):
        assert scene.run().handed_off == 1

    assert scene.target.asked == ["e-1"]
    assert rows() == []


def test_the_outbox_is_read_consistently_and_without_payloads(scene: Scene) -> None:
    asked: list[dict[str, Any]] = []

    def note(request: Any, **_: Any) -> None:
        asked.append(json.loads(request.body))

    with wire("Query", note):
        scene.run()

    assert len(asked) == 8
    for query in asked:
        assert query["ConsistentRead"] is True
        assert "payload" not in query["ProjectionExpression"]
