"""How long the reader takes a message for its own, and what it leaves hidden."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.ops.dead_letters.scripted_sqs import URL, ScriptedSqs, names, opened
from tests.ops.fakes import Clock, service_error


@pytest.mark.parametrize(("after_seconds", "renewed"), [(39, False), (40, True), (41, True)])
def test_a_hold_is_renewed_after_two_fifths_of_its_time(
    after_seconds: float, *, renewed: bool
) -> None:
    clock, sqs = Clock(), ScriptedSqs(names(12)[:10], names(2, 10))
    reader = opened(sqs, clock, hidden_seconds=100)
    list(reader.receive(12))
    clock.sleep(after_seconds)

    reader.keep_hidden()
    reader.keep_hidden()

    assert [len(each) for each in sqs.changed] == ([10, 2] if renewed else [])
    assert {seconds for each in sqs.changed for _, seconds in each} == ({100} if renewed else set())


def test_what_was_received_later_is_renewed_later() -> None:
    clock, sqs = Clock(), ScriptedSqs(["m-0"], ["m-1"])
    reader = opened(sqs, clock, hidden_seconds=100)
    list(reader.receive(1))
    clock.sleep(30)
    list(reader.receive(1))

    for _ in range(2):
        clock.sleep(20)
        reader.keep_hidden()

    assert sqs.changed == [[("h-m-0", 100)], [("h-m-1", 100)]]


@pytest.mark.parametrize(("after_seconds", "holds"), [(99, True), (100, False), (101, False)])
def test_a_message_is_held_until_its_time_is_over(after_seconds: float, *, holds: bool) -> None:
    clock, sqs = Clock(), ScriptedSqs(["m-0"])
    reader = opened(sqs, clock, hidden_seconds=100)
    [dead_letter] = reader.receive(1)
    clock.sleep(after_seconds)

    assert reader.holds(dead_letter) is holds


def test_what_another_reader_has_is_no_longer_held_and_the_rest_is() -> None:
    clock, sqs = Clock(), ScriptedSqs(names(10), names(5, 10))
    reader = opened(sqs, clock, hidden_seconds=100)
    dead_letters = list(reader.receive(15))
    sqs.rejected = {"h-m-0", "h-m-3", "h-m-12"}
    clock.sleep(50)

    reader.keep_hidden()
    clock.sleep(60)

    lost = [each.message_id for each in dead_letters if not reader.holds(each)]
    assert lost == ["m-0", "m-3", "m-12"]
    assert reader.held == 12


def test_a_deleted_message_is_not_released_and_one_that_may_be_there_is() -> None:
    sqs = ScriptedSqs(names(2))
    with opened(sqs) as reader:
        first, second = reader.receive(2)
        assert reader.try_delete(first) is None
        sqs.error = service_error("InternalError", "DeleteMessage")
        problem = reader.try_delete(second)
        with pytest.raises(ClientError):
            reader.delete(second)

    assert problem == f"SQS did not confirm the deletion: {sqs.error}"
    assert sqs.deleted[0] == {"QueueUrl": URL, "ReceiptHandle": "h-m-0"}
    assert sqs.changed == [[("h-m-1", 0)]]


def test_a_lost_response_may_have_hidden_ten_for_as_long_as_they_would_be_held() -> None:
    clock, sqs = Clock(), ScriptedSqs()
    sqs.error = ReadTimeoutError(endpoint_url="https://sqs")
    reader = opened(sqs, clock, hidden_seconds=100)

    with pytest.raises(ReadTimeoutError):
        list(reader.receive())
    clock.sleep(30)
    reader.release_all()

    assert (reader.may_be_hidden, reader.held, reader.hidden_seconds) == (10, 0, 70)
    assert reader.why_hidden == "SQS may have sent them in a response that was lost"
    clock.sleep(200)
    reader.release_all()
    assert reader.hidden_seconds == 0


def test_what_cannot_be_released_stays_hidden_until_the_last_hold_ends() -> None:
    clock, sqs = Clock(), ScriptedSqs(["m-0"], ["m-1"])
    reader = opened(sqs, clock, hidden_seconds=100)
    received = reader.receive(2)
    next(received)
    clock.sleep(20)
    next(received)
    clock.sleep(5)

    def denied(**_: Any) -> Any:
        raise service_error("AccessDenied", "ChangeMessageVisibilityBatch")

    sqs.change_message_visibility_batch = denied  # type: ignore[method-assign]
    reader.release_all()

    assert (reader.held, reader.hidden_seconds) == (2, 95)
    assert reader.why_hidden.startswith("access denied (ChangeMessageVisibilityBatch failed")
