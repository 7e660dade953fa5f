"""Which events may be sent twice: the count that decides whether chaos passes must be strict."""

from __future__ import annotations

import json

from local.scenario.chaos.duplicate_window import DuplicateWindow

ID = "2b3c6b0e-6f0e-5d1c-9c55-0d9a1c0f4f0a"
MESSAGE = f"Task 1, event {ID}".encode()
RECORD = json.dumps(
    {
        "Key": {"event_id": {"S": ID}},
        "ExpressionAttributeValues": {":completed": {"S": "COMPLETED"}},
    }
).encode()
UPDATE = "DynamoDB_20120810.UpdateItem"


def sent() -> DuplicateWindow:
    window = DuplicateWindow()
    window.request_sent("ses", MESSAGE)
    window.response_received("ses", "", MESSAGE, 200)
    return window


def test_a_lost_response_of_the_provider_excuses() -> None:
    window = sent()
    window.fault_injected("ses", "", MESSAGE)
    assert window.excused == {ID}


def test_a_rejected_record_excuses() -> None:
    window = sent()
    window.fault_injected("dynamodb", UPDATE, RECORD)
    assert window.excused == {ID}


def test_a_process_killed_before_the_record_excuses() -> None:
    window = sent()
    window.process_killed()
    assert window.excused == {ID}


def test_a_fault_after_the_record_excuses_nothing() -> None:
    window = sent()
    window.response_received("dynamodb", UPDATE, RECORD, 200)
    window.fault_injected("dynamodb", UPDATE, RECORD)
    window.process_killed()
    assert window.excused == set()


def test_a_message_that_the_provider_did_not_accept_excuses_nothing() -> None:
    window = DuplicateWindow()
    window.fault_injected("ses", "", MESSAGE)
    window.request_sent("ses", MESSAGE)
    window.response_received("ses", "", MESSAGE, 403)
    window.process_killed()
    assert window.excused == set()
