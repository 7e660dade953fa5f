"""The program in the emulator: `python -m local test examples/frugal_consumer`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shops import SHOPS, UNKNOWN, booked, copies_left, enter, most_connections, report, sales

from local.permitted import consuming, permitted
from local.testing import DeployChanged, Deployed, eventually, sized, workers_dying

RUSH, FEW = sized(15, full=125), sized(12, full=50)
"""Sales of each of the eight shops."""

NEVER_ENTERED = 3
SECONDS = 90
"""Enough on a slow machine; the tests end when there is nothing left to wait for."""


@pytest.fixture(autouse=True)
def _titles(program: Deployed) -> None:
    enter(program, "Emma", 10_000)


@pytest.fixture
def without_limit(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    changes = {"__main__.py": [("max_concurrency=2", "max_concurrency=6")]}
    with deploy_changed(changes) as running:
        enter(running, "Emma", 10_000)
        yield running


@pytest.fixture
def without_failures(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """Its handler reports no failures."""
    handler = "handle = each_message(book, retry_delays_seconds=(1, 2, 4))"
    forgetful = f"{handler}\n_named = handle\n\n\ndef handle(event, context):\n"
    forgetful += "    _named(event, context)\n"
    with deploy_changed({"stock/book_sale.py": [(handler, forgetful)]}) as running:
        enter(running, "Emma", 10_000)
        yield running


def test_a_rush_of_sales_is_booked_or_kept_and_two_connections_are_never_three(
    program: Deployed,
) -> None:
    sent = report(program, "rush", RUSH, unknown=NEVER_ENTERED)
    kept = len(SHOPS) * NEVER_ENTERED
    assert sent == len(SHOPS) * RUSH

    eventually(
        lambda: booked(program, "rush") + len(program.dead_letters()) == sent,
        "every sale, booked or kept",
        seconds=SECONDS,
    )
    assert len(program.dead_letters()) == kept
    assert most_connections(program, "rush") == 2
    assert copies_left(program, "Emma") == 10_000 - (sent - kept)

    enter(program, UNKNOWN, 100)
    replayed = program.ops("dead-letters", "replay", "--apply", "--rate", "100")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    eventually(lambda: booked(program, "rush") == sent, "the replayed sales", seconds=SECONDS)
    assert (program.dead_letters(), copies_left(program, UNKNOWN)) == ([], 100 - kept)


def test_without_the_limit_there_are_more_connections(without_limit: Deployed) -> None:
    sent = report(without_limit, "rush", FEW)

    eventually(lambda: booked(without_limit, "rush") == sent, "every sale, booked", seconds=SECONDS)
    assert most_connections(without_limit, "rush") > 2


def test_sales_survive_workers_that_are_killed(program: Deployed) -> None:
    sent = list[int]()

    def more_are_killed() -> bool:
        sent.append(report(program, f"killed-{len(sent)}", FEW))
        return len(killed) >= 3

    with workers_dying(program, "book-sale", every_seconds=0.7) as killed:
        eventually(more_are_killed, "killed workers", seconds=SECONDS)
    eventually(
        lambda: booked(program, "killed") + len(program.dead_letters()) == sum(sent),
        "every sale, booked or kept",
        seconds=SECONDS,
    )

    assert copies_left(program, "Emma") == 10_000 - booked(program, "killed")


def test_a_consumer_that_names_no_failures_loses_them(without_failures: Deployed) -> None:
    sent = report(without_failures, "rush", 2, unknown=1)
    eventually(lambda: booked(without_failures, "rush") == sent / 2, "those with a title")

    def waiting() -> int:
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        queue = without_failures.operations["deadLetters"]["sales"]["sourceQueueUrl"]
        found = without_failures.client("sqs").get_queue_attributes(
            QueueUrl=queue, AttributeNames=list(names)
        )
        return sum(int(found["Attributes"][name]) for name in names)

    eventually(lambda: waiting() == 0, "an empty queue")
    assert without_failures.dead_letters() == []


def test_a_sale_that_is_reported_twice_is_booked_once(program: Deployed) -> None:
    before = copies_left(program, "Emma")
    again = {"shop": "north", "sales": 2 * sales("twice", "north", 1)}

    program.invoke("report-sales", again)

    eventually(
        lambda: any("booked before" in line for line in program.logs("book-sale")), "a second time"
    )
    assert (booked(program, "twice"), copies_left(program, "Emma")) == (1, before - 1)


def test_its_functions_may_do_their_work_and_nothing_else(program: Deployed) -> None:
    assert permitted(program) == {
        "report-sales": {"SendMessage of sales"},
        "book-sale": {"PutItem of booked-sales", "UpdateItem of titles", *consuming("sales")},
    }
