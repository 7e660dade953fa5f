"""`deliveries`: what was sent to whom."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.lambdas.samples import a_task, an_event
from tests.lambdas.tables import DELIVERIES
from tests.ops.deliveries_table import Reader

EVENT = an_event()
TASK = EVENT.task.task_id
OTHER = an_event(a_task(task_id="019501d2-7c00-7a51-8f3e-000000000001"))


def test_an_events_deliveries_are_shown_oldest_first(reader: Reader) -> None:
    reader.deliveries.complete(reader.started(EVENT, "sms"), "sns-1")
    reader.now += 1
    reader.deliveries.complete(reader.started(EVENT, "email"), "ses-1")
    reader.started(OTHER, "email")

    result = reader.types("deliveries", "--event", EVENT.event_id)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026-03-01T12:00:00.000Z sms to s***@example.com: COMPLETED",
        "    accepted by the provider at 2026-03-01T12:00:00.000Z as sns-1",
        f"    task.created.v1 {EVENT.event_id}, about {TASK}",
        "    attempts 1, replays 0, correlation id order-4711",
        "2026-03-01T12:00:01.000Z email to e***@example.com: COMPLETED",
        "    accepted by the provider at 2026-03-01T12:00:01.000Z as ses-1",
        f"    task.created.v1 {EVENT.event_id}, about {TASK}",
        "    attempts 1, replays 0, correlation id order-4711",
    ]


def test_a_tasks_deliveries_are_those_of_all_its_events(reader: Reader) -> None:
    later = replace(EVENT, event_id="5b219d25-607e-5f5b-bb6d-5c23c78fe07f")
    reader.started(later, "email")
    reader.now -= 60
    reader.started(EVENT, "email")
    reader.started(OTHER, "email")

    result = reader.types("deliveries", "--subject", TASK, "--json")

    found = json.loads(result.stdout)
    assert found["table"] == DELIVERIES
    shown = [each["event_id"] for each in found["deliveries"]]
    assert shown == [EVENT.event_id, later.event_id]


@pytest.mark.parametrize(
    ("end", "lines"),
    [
        (
            "release",
            [
                "WAITING",
                "failed at 2026-03-01T12:00:00.000Z: waiting for Lambda's retry, or for a replay",
                "last error: SES rejected b***@example.com",
            ],
        ),
        (
            "give_up",
            [
                "DEAD_LETTERED",
                "dead-lettered at 2026-03-01T12:00:00.000Z: see dead-letters, replay or purge",
                "last error: SES rejected b***@example.com",
            ],
        ),
        (
            None,
            [
                "IN_PROGRESS",
                "an attempt is running until 2026-03-01T12:01:00.000Z, or did not finish",
            ],
        ),
    ],
)
def test_an_undelivered_event_has_a_reason(
    reader: Reader, end: str | None, lines: list[str]
) -> None:
    lease = reader.started(EVENT, "email")
    if end is not None:
        getattr(reader.deliveries, end)(lease, "SES rejected bob@example.com")

    result = reader.types("deliveries", "--event", EVENT.event_id)

    assert all(line in result.stdout for line in lines)


def test_json_holds_everything_that_is_known(reader: Reader) -> None:
    reader.deliveries.release(reader.started(EVENT, "email"), "busy")
    reader.now += 60
    reader.deliveries.complete(reader.started(EVENT.replayed(), "email"), "ses-1")

    result = reader.types("deliveries", "--event", EVENT.event_id, "--json")

    [found] = json.loads(result.stdout)["deliveries"]
    assert found == {
        "event_id": EVENT.event_id,
        "event_type": "task.created.v1",
        "subject": TASK,
        "correlation_id": "order-4711",
        "channel": "email",
        "recipient": "e***@example.com",
        "status": "COMPLETED",
        "attempts": 2,
        "replays": 1,
        "provider_id": "ses-1",
        "error": "busy",
        "started_at": "2026-03-01T12:00:00.000Z",
        "updated_at": "2026-03-01T12:01:00.000Z",
        "completed_at": "2026-03-01T12:01:00.000Z",
        "dead_lettered_at": None,
        "leased_until": None,
    }


@pytest.mark.parametrize("option", ["--event", "--subject"])
def test_an_unknown_id_is_reported(reader: Reader, option: str) -> None:
    result = reader.types("deliveries", option, "019501d2-7c00-7a51-8f3e-00000000dead")

    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        f"Error: no delivery of {option[2:]} 019501d2-7c00-7a51-8f3e-00000000dead is recorded in "
        f"{DELIVERIES}: it was not attempted, no channel subscribes to it, or its record has "
        "expired (21 days)"
    ) in result.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--event", "breakers"), "must be a UUID such as"),
        (("--subject", "{019501d2-7c00-7a51-8f3e-52a1c0d9e7b4}"), "must be a UUID such as"),
        (("--subject", "\x1b[2J"), "got '\\\\x1b[2J'"),
        ((), "pass either --event or --subject"),
        (("--event", EVENT.event_id, "--subject", TASK), "pass either --event or --subject"),
    ],
)
def test_invalid_ids_are_rejected(reader: Reader, words: tuple[str, ...], text: str) -> None:
    result = reader.types("deliveries", *words)

    assert result.exit_code == 2
    assert text in result.stderr


def test_upper_case_ids_find_the_same(reader: Reader) -> None:
    reader.started(EVENT, "email")

    assert reader.types("deliveries", "--event", EVENT.event_id.upper()).exit_code == 0


def test_untrusted_text_cannot_move_the_cursor(reader: Reader) -> None:
    reader.deliveries.release(reader.started(EVENT, "email"), "no\x1b[2J\nmore")

    result = reader.types("deliveries", "--event", EVENT.event_id)

    assert "last error: no\\x1b[2J more" in result.stdout
