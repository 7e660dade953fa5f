"""The program in the emulator: `python -m local test examples/fifo_consumer`."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from branches import applied, block, hand_in, is_prefix, most_at_once, unblock, waiting

from local.permitted import consuming, permitted
from local.testing import DeployChanged, Deployed, eventually, sized, workers_dying

ACCOUNTS = [f"account-{number:02}" for number in range(sized(10, full=50))]
BOOKINGS = sized(12, full=40)
BLOCKED = {ACCOUNTS[1]: BOOKINGS // 3, ACCOUNTS[4]: 1, ACCOUNTS[-1]: BOOKINGS}
"""The booking that an account refuses: amid others, the first, and the last."""

TAKEN = len(ACCOUNTS) * BOOKINGS
REFUSED = sum(BOOKINGS - number + 1 for number in BLOCKED.values())
KILL_SECONDS = sized(1, full=2)
SECONDS = 180
"""Enough on a slow machine; the tests end when there is nothing left to wait for."""


@pytest.fixture
def skipping(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program, whose groups go on without what failed: the negative control."""
    changes = {"__main__.py": [('on_poison="park"', 'on_poison="skip"')]}
    with deploy_changed(changes) as running:
        yield running


def settled(program: Deployed) -> None:
    eventually(lambda: waiting(program) == 0, "an empty queue", seconds=SECONDS)


def replay(program: Deployed) -> None:
    """Replay until nothing is parked: what arrives meanwhile is parked behind the rest."""

    def once() -> bool:
        done = program.ops("dead-letters", "replay", "--apply", "--rate", "100")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        settled(program)
        return not program.dead_letters()

    eventually(once, "no dead letters", seconds=SECONDS)


def test_each_accounts_bookings_are_in_order_through_poison_killed_workers_and_replay(
    program: Deployed,
) -> None:
    for account, number in BLOCKED.items():
        block(program, account, number)

    with workers_dying(program, "bookings-worker", every_seconds=KILL_SECONDS) as killed:
        assert hand_in(program, ACCOUNTS, range(1, BOOKINGS + 1)) == TAKEN
        eventually(lambda: len(killed) >= 3, "killed workers", seconds=SECONDS)
    settled(program)

    before = applied(program)
    assert {account: done for account, done in before.items() if not is_prefix(done)} == {}
    for account, number in BLOCKED.items():
        assert before[account] == list(range(1, number))
    missing = TAKEN - sum(map(len, before.values()))
    assert len(program.dead_letters()) == missing >= REFUSED

    for account in BLOCKED:
        unblock(program, account)
    more = range(BOOKINGS + 1, BOOKINGS + 11)
    traffic = threading.Thread(target=hand_in, args=(program, list(BLOCKED), more))
    traffic.start()
    replay(program)
    traffic.join()
    replay(program)

    after = applied(program)
    assert set(after) == set(ACCOUNTS)
    for account, done in after.items():
        last = BOOKINGS + (10 if account in BLOCKED else 0)
        assert done == list(range(1, last + 1)), account
    of_one_account, of_all = most_at_once(program)
    assert of_one_account == 1
    assert of_all > 1


def test_a_group_that_goes_on_without_its_poison_has_a_gap(skipping: Deployed) -> None:
    block(skipping, "account-01", 2)

    hand_in(skipping, ["account-01"], range(1, 5))
    settled(skipping)

    assert applied(skipping)["account-01"] == [1, 3, 4]
    [dead_letter] = skipping.dead_letters()
    assert dead_letter["number"] == 2


def test_a_replay_before_the_repair_parks_the_group_again_in_order(program: Deployed) -> None:
    block(program, "account-99", 2)
    hand_in(program, ["account-99"], range(1, 6))
    settled(program)

    program.ops("dead-letters", "replay", "--apply")
    settled(program)

    assert applied(program)["account-99"] == [1]
    assert len(program.dead_letters()) == 4
    unblock(program, "account-99")
    replay(program)
    assert applied(program)["account-99"] == [1, 2, 3, 4, 5]


def test_a_booking_that_is_handed_in_twice_is_applied_once(program: Deployed) -> None:
    for _ in range(2):
        hand_in(program, ["account-98"], [1])

    settled(program)
    assert applied(program)["account-98"] == [1]


def test_its_functions_may_do_their_work_and_nothing_else(program: Deployed) -> None:
    assert permitted(program) == {
        "take-bookings": {"SendMessage of bookings"},
        "bookings-worker": {
            "UpdateItem of accounts",
            "GetItem of bookings-parked-groups",
            "UpdateItem of bookings-parked-groups",
            "SendMessage of bookings-dead-letters",
            *consuming("bookings"),
        },
    }
