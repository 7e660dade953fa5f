"""Who may be told twice: the count that decides whether chaos was survived must not be generous."""

from __future__ import annotations

import json

from local.chaos.window import Window

ID = "2b3c6b0e-6f0e-5d1c-9c55-0d9a1c0f4f0a"
MESSAGE = f"Task 1, event {ID}".encode()
RECORD = json.dumps(
    {
        "Key": {"event_id": {"S": ID}},
        "ExpressionAttributeValues": {":completed": {"S": "COMPLETED"}},
    }
).encode()
UPDATE = "DynamoDB_20120810.UpdateItem"


def sent() -> Window:
    window = Window()
    window.begun("ses", MESSAGE)
    window.passed("ses", "", MESSAGE, 200)
    return window


def test_a_lost_answer_of_the_provider_excuses() -> None:
    window = sent()
    window.struck("ses", "", MESSAGE)
    assert window.excused == {ID}


def test_a_refused_record_excuses() -> None:
    window = sent()
    window.struck("dynamodb", UPDATE, RECORD)
    assert window.excused == {ID}


def test_a_process_killed_before_the_record_excuses() -> None:
    window = sent()
    window.process_killed()
    assert window.excused == {ID}


def test_what_strikes_after_the_record_excuses_nothing() -> None:
    window = sent()
    window.passed("dynamodb", UPDATE, RECORD, 200)
    window.struck("dynamodb", UPDATE, RECORD)
    window.process_killed()
    assert window.excused == set()


def test_a_message_that_the_provider_did_not_accept_excuses_nothing() -> None:
    window = Window()
    window.struck("ses", "", MESSAGE)
    window.begun("ses", MESSAGE)
    window.passed("ses", "", MESSAGE, 403)
    window.process_killed()
    assert window.excused == set()
