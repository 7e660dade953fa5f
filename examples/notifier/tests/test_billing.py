"""The program in the emulator: `python -m local test examples/notifier`."""

from __future__ import annotations

from collections import Counter

from offices import (
    DEPARTMENTS,
    Invoice,
    age_outbox,
    dead,
    entered,
    how_many_entered,
    issue,
    let_the_bureau_fail,
    outbox,
    publish_the_rest,
    publishing_denied,
    queue_closed,
    some_invoices,
    times_entered,
    wanted_by,
    without_redrive,
)

from local.permitted import consuming, permitted
from local.testing import Deployed, eventually, sized

EVENTS = sized(100, full=1_000)
SECONDS = 90
"""Enough on a slow machine; the tests end when there is nothing left to wait for."""


def await_settled(program: Deployed, department: str, run: str, wanted: set[str]) -> None:
    """Wait until everything that the department wants is done or a dead letter."""

    def settled() -> bool:
        counted = how_many_entered(program, department, run) + len(dead(program, department))
        return counted >= len(wanted)

    eventually(settled, f"every event of {department}, entered or kept", seconds=SECONDS)
    assert entered(program, department, run) | dead(program, department) == wanted


def await_entered(program: Deployed, department: str, run: str, wanted: set[str]) -> None:
    """Wait until the department has done everything that it wants, and nothing else."""
    eventually(
        lambda: how_many_entered(program, department, run) >= len(wanted),
        f"every event of {department}, entered",
        seconds=SECONDS,
    )
    assert entered(program, department, run) == wanted


def publish(program: Deployed, invoices: list[Invoice]) -> int:
    """Issue all of them, and let their events be published; return how many are committed."""
    committed = issue(program, invoices)["committed"]
    publish_the_rest(program)
    return committed


def replay(program: Deployed, department: str) -> None:
    done = program.ops(
        *("dead-letters", "replay", "--apply", "--rate", "100"),
        *("--queue", f"invoices-{department}"),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_events_reach_each_department_that_wants_them_or_are_kept_for_it(
    program: Deployed,
) -> None:
    let_the_bureau_fail(program, 50)
    fifth = EVENTS // 5
    before, missed, after = (
        some_invoices("year", first, count)
        for first, count in ((0, 2 * fifth), (2 * fifth, fifth), (3 * fifth, 2 * fifth))
    )
    sent = [publish(program, before)]
    with queue_closed(program, "vat"):
        sent.append(publish(program, missed))
    sent.append(publish(program, after))
    assert sum(sent) == EVENTS

    invoices = [*before, *missed, *after]
    for department in DEPARTMENTS:
        await_settled(program, department, "year", wanted_by(department, invoices))
    assert dead(program, "ledger") == set()
    assert dead(program, "vat") == wanted_by("vat", missed)
    assert dead(program, "credit")

    let_the_bureau_fail(program, 0)
    for department in DEPARTMENTS:
        wanted = wanted_by(department, invoices)
        replay(program, department)
        await_entered(program, department, "year", wanted)
        assert dead(program, department) == set()
        times = Counter(times_entered(program, department, "year"))
        assert set(times.values()) == {1}


def test_without_a_dead_letter_queue_of_the_subscription_events_are_lost(
    program: Deployed,
) -> None:
    invoices = some_invoices("lost", 0, 8)
    with without_redrive(program, "vat"), queue_closed(program, "vat"):
        publish(program, invoices)

    await_entered(program, "ledger", "lost", wanted_by("ledger", invoices))
    assert wanted_by("vat", invoices)
    kept = {each for each in dead(program, "vat") if each.startswith("lost-")}
    assert entered(program, "vat", "lost") | kept == set()


def test_an_invoice_whose_publish_is_denied_is_published_by_the_relay(program: Deployed) -> None:
    invoices = some_invoices("denied", 0, 8)
    with publishing_denied(program):
        assert issue(program, invoices) == {"committed": 8, "published": 0}
    assert len(outbox(program)) == 8
    assert entered(program, "ledger", "denied") == set()

    age_outbox(program, 600)
    program.invoke("billing-relay", {})

    for department in DEPARTMENTS:
        await_entered(program, department, "denied", wanted_by(department, invoices))
    assert outbox(program) == []


def test_its_functions_may_do_their_work_and_nothing_else(program: Deployed) -> None:
    assert permitted(program) == {
        "issue-invoices": {
            *("PutItem of issued-invoices", "UpdateItem of issued-invoices"),
            *("PutItem of billing-outbox", "DeleteItem of billing-outbox"),
            "Publish of invoices",
        },
        "billing-relay": {
            *("Query of billing-outbox", "UpdateItem of billing-outbox"),
            "BatchWriteItem of billing-outbox",
            "Publish of invoices",
        },
        "ledger": {"PutItem of entries", *consuming("invoices-ledger")},
        "vat": {"PutItem of entries", *consuming("invoices-vat")},
        "credit": {
            *("PutItem of entries", "GetItem of partners"),
            *consuming("invoices-credit"),
        },
    }
