"""A group's work is in order through failures, killed workers, parking and replays."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambdas.fifo_consumer.one_group import MAX_ATTEMPTS, OneGroup

_ACTIONS = st.lists(
    st.one_of(
        st.just(("book", None)),
        st.tuples(st.just("receive"), st.none() | st.integers(0, 8)),
        st.just(("replay", None)),
        st.just(("repair", None)),
    ),
    max_size=60,
)


def numbers(group: OneGroup) -> list[str]:
    return [str(number) for number in range(1, group.sent + 1)]


@settings(max_examples=400, deadline=None)
@given(
    actions=_ACTIONS,
    poisons=st.sets(st.integers(1, 12).map(str), max_size=3),
    deduplicates=st.booleans(),
)
def test_what_is_applied_is_a_prefix_at_every_moment_and_everything_in_the_end(
    actions: list[tuple[str, int | None]], poisons: set[str], deduplicates: bool
) -> None:
    group = OneGroup(poisons=set(poisons), deduplicates=deduplicates)
    for action, killed_after in actions:
        match action:
            case "book":
                group.book()
            case "receive":
                group.receive(killed_after)
            case "replay":
                group.replay()
            case "repair":
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

    group.replay()
    group.settle()

    assert (group.applied, group.lot, group.queue) == (["1"], [], [])
