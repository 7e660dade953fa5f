"""A group's work is in order through failures, killed workers, parking and replays."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambdas.fifo_consumer.one_group import MAX_ATTEMPTS, OneGroup

_ACTIONS = st.lists(
    st.tuples(st.just("book"), st.integers(1, 5))
    | st.tuples(st.just("killed"), st.integers(0, 8))
    | st.tuples(st.just("receive"), st.integers(1, 4))
    | st.tuples(st.just("settle"), st.none())
    | st.tuples(st.just("replay"), st.integers(1, 5))
    | st.tuples(st.just("repair"), st.none()),
    min_size=4,
    max_size=24,
)


def numbers(group: OneGroup) -> list[str]:
    return [str(number) for number in range(1, group.sent + 1)]


def repeat(count: int, action: Callable[[], None]) -> None:
    for _ in range(count):
        action()


@settings(max_examples=400)
@given(
    actions=_ACTIONS,
    poisons=st.sets(st.integers(1, 12).map(str), min_size=1, max_size=3),
    deduplicates=st.booleans(),
)
def test_what_is_applied_is_a_prefix_at_every_moment_and_everything_in_the_end(
    actions: list[tuple[str, int | None]], poisons: set[str], deduplicates: bool
) -> None:
    group = OneGroup(poisons=set(poisons), deduplicates=deduplicates)
    for action, count in actions:
        match action, count:
            case "book", int():
                repeat(count, group.book)
            case "killed", int():
                group.receive(killed_after=count)
            case "receive", int():
                repeat(count, group.receive)
            case "replay", int():
                repeat(count, group.replay)
            case "settle", _:
                group.settle()
            case _:
                group.poisons.clear()
        assert group.applied == numbers(group)[: len(group.applied)]

    group.poisons.clear()
    group.settle()
    while group.lot:
        group.replay()
        group.settle()
    assert group.applied == numbers(group)
    assert group.parked == set()


def parked(count: int) -> OneGroup:
    """A group whose first message has failed, with others behind it."""
    group = OneGroup(poisons={"1"})
    for _ in range(count):
        group.book()
    group.settle()
    return group


def test_everything_behind_a_message_that_failed_for_good_is_parked_in_order() -> None:
    group = parked(4)

    assert [message.body for message in group.lot] == ["1", "2", "3", "4"]
    assert group.applied == []


def test_a_message_is_tried_as_often_as_agreed() -> None:
    group = OneGroup(poisons={"1"})
    group.book()

    for _ in range(MAX_ATTEMPTS - 1):
        group.receive()
    assert (len(group.queue), group.lot) == (1, [])
    group.receive()
    assert (group.queue, len(group.lot)) == ([], 1)


def test_a_message_that_kills_every_worker_is_parked_untried() -> None:
    group = OneGroup()
    group.book()

    for _ in range(MAX_ATTEMPTS):
        group.receive(killed_after=1)
    group.receive()

    assert (group.applied, len(group.lot)) == ([], 1)


def test_a_second_copy_of_a_replayed_message_is_skipped() -> None:
    group = parked(1)
    group.poisons.clear()
    copy = group.lot[0]
    group.replay()
    group.lot.append(copy)
    group.settle()
    runs = len(group.runs)

    group.replay()
    group.settle()

    assert (group.applied, group.lot, group.queue) == (["1"], [], [])
    assert len(group.runs) == runs
