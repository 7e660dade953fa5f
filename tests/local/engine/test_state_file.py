"""The state's file, whenever its writer is killed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from local.engine.state import Entry, State
from local.engine.state_file import StateFile

URNS = st.sampled_from("abcd")
CHANGES = st.lists(st.tuples(URNS, st.none() | st.integers(0, 9)), max_size=6)


def changed(state: State, urn: str, number: int | None) -> None:
    """As a deployment does it: what was registered last is last."""
    state.pop(urn, None)
    if number is not None:
        state[urn] = Entry(type="t", id=urn, inputs={"number": number}, outputs={})


def listed(state: State) -> list[tuple[str, Entry]]:
    return list(state.items())


@given(CHANGES, CHANGES)
def test_what_was_saved_is_read_in_its_order(
    first: list[tuple[str, int | None]], second: list[tuple[str, int | None]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.jsonl"
        for changes in (first, second):
            file = StateFile(path)
            state = file.read()
            for urn, number in changes:
                changed(state, urn, number)
                file.save(state)
                assert listed(StateFile(path).read()) == listed(state)


@given(CHANGES.filter(bool), st.data())
def test_a_file_cut_off_anywhere_in_its_last_line_is_the_state_before(
    changes: list[tuple[str, int | None]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.jsonl"
        file, state = StateFile(path), State()
        file.save(state)
        for urn, number in changes:
            changed(state, urn, number)
            file.save(state)
        before = path.read_bytes()
        changed(state, "last", 1)
        file.save(state)
        after = path.read_bytes()
        path.write_bytes(after[: data.draw(st.integers(len(before), len(after) - 1))])

        found = StateFile(path).read()

        assert "last" not in found
        changed(found, "next", 1)
        StateFile(path).save(found)
        assert listed(StateFile(path).read()) == listed(found)
