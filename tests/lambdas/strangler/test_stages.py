"""Stages: their words, the parameter that holds them, and how the router knows them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.strangler.settings.callers import require_caller_source
from serverless_runtime.strangler.settings.stages import (
    percent_of,
    read_stages,
    readable_stages,
    require_shadowable,
    stage_of,
    write_stages,
)
from serverless_runtime.strangler.stage_reader import StageReader
from tests.lambdas.strangler.api_events import LIST, arrived

STAGES = st.sampled_from(["legacy", "shadow", "new", *map(str, range(1, 100))])


class Parameter:
    """A parameter, and a clock."""

    def __init__(self) -> None:
        self.text: str | Exception = "{}"
        self.now = 0.0
        self.reads = 0
        self.failures = 0

    def reader(self, declared: str = "new") -> StageReader:
        return StageReader(
            self._read,
            {LIST: declared},
            seconds=5,
            on_failure=self._failed,
            clock=lambda: self.now,
        )

    def _read(self) -> str:
        self.reads += 1
        if isinstance(self.text, Exception):
            raise self.text
        return self.text

    def _failed(self) -> None:
        self.failures += 1


@given(st.dictionaries(st.text(min_size=1), STAGES))
def test_stages_that_were_written_are_read_again(stages: dict[str, str]) -> None:
    assert read_stages(write_stages(stages)) == stages


@pytest.mark.parametrize(
    ("given", "stage", "percent"),
    [
        *((0, "legacy", 0), ("0", "legacy", 0), (100, "new", 100), ("007", "7", 7)),
        *((20, "20", 20), ("shadow", "shadow", 0), ("new", "new", 100), ("legacy", "legacy", 0)),
    ],
)
def test_percentages_and_words_are_one(given: Any, stage: str, percent: int) -> None:
    assert (stage_of(given), percent_of(stage_of(given))) == (stage, percent)


@pytest.mark.parametrize(
    "given",
    [
        101,
        -1,
        "-1",
        "0000500",
        "00001000",
        "0" * 5_000,
        "0007",
        10**30,
        "20%",
        "",
        "News",
        None,
        True,
        2.5,
        "1" * 5_000,
        "²",
        [1],
    ],
)
def test_other_stages_are_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"or a percentage from 0 to 100, got"):
        stage_of(given)


@given(
    st.integers()
    | st.from_regex(r"\A[0-9]{1,8}\Z")
    | st.text()
    | st.floats()
    | st.booleans()
    | STAGES
)
def test_what_is_accepted_is_read_again_as_the_same(given: Any) -> None:
    try:
        stage = stage_of(given)
    except ValueError:
        return

    assert stage_of(stage) == stage
    assert read_stages(write_stages({LIST: stage})) == {LIST: stage}
    assert 0 <= percent_of(stage) <= 100


def test_of_a_parameter_that_was_edited_badly_the_rest_can_be_read() -> None:
    assert readable_stages('{"GET /a": "101", "GET /b": 7, "GET /c": "new"}') == {
        "GET /b": "7",
        "GET /c": "new",
    }
    assert readable_stages("[") == readable_stages("[]") == {}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "JSON object, got none"),
        ("[" * 4_000, "JSON object, got none"),
        ("[]", "stages by route, got list"),
        ('{"GET /a": "101"}', r"the stage of 'GET /a' must be legacy, shadow"),
        ('{"GET /a": null}', "got None"),
    ],
)
def test_a_parameter_that_was_edited_badly_is_refused(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        read_stages(text)


@pytest.mark.parametrize("route_key", ["POST /a", "ANY /a", "DELETE /a", "PUT /a"])
def test_what_changes_something_cannot_be_shadowed(route_key: str) -> None:
    require_shadowable(route_key, "new")
    require_shadowable("HEAD /a", "shadow")
    with pytest.raises(ValueError, match="a change would be made twice"):
        require_shadowable(route_key, arrived("shadow"))


@pytest.mark.parametrize(
    "source",
    [
        *("$request.header.x-customer", "$request.querystring.c", "$request.cookie.session"),
        *("$context.authorizer.claims.sub", "$context.identity.sourceIp"),
    ],
)
def test_a_caller_may_be_recognised_by_many_things(source: str) -> None:
    require_caller_source(arrived(source))


@pytest.mark.parametrize("source", ["", "x-customer", "$request.header.", "$request.body.id"])
def test_but_not_by_others(source: str) -> None:
    with pytest.raises(ValueError, match=r"sticky_by must be \$request\.header\.NAME"):
        require_caller_source(source)


def test_what_operators_have_set_comes_before_what_the_program_declares() -> None:
    parameter = Parameter()
    reader = parameter.reader(declared="new")
    assert reader.stage_of(LIST) == "new"

    parameter.text, parameter.now = write_stages({LIST: "20"}), 5

    assert reader.stage_of(LIST) == "20"


def test_the_parameter_is_read_once_in_five_seconds_at_most() -> None:
    parameter = Parameter()
    reader = parameter.reader()

    for parameter.now in (0, 1, 4.9, 5, 7, 10):
        reader.stage_of(LIST)

    assert parameter.reads == 3


@pytest.mark.parametrize("broken", [OSError("down"), "{", '{"GET /products": "most"}'])
def test_the_last_stages_stay_while_none_can_be_read(broken: str | Exception) -> None:
    parameter = Parameter()
    parameter.text = write_stages({LIST: "shadow"})
    reader = parameter.reader()
    reader.stage_of(LIST)

    parameter.text = broken
    stages = set()
    for parameter.now in range(5, 50):
        stages.add(reader.stage_of(LIST))

    assert (stages, parameter.failures) == ({"shadow"}, 9)


def test_everything_is_legacy_until_the_stages_could_be_read_once() -> None:
    parameter = Parameter()
    parameter.text = OSError("down")
    reader = parameter.reader(declared="new")

    assert reader.stage_of(LIST) == "legacy"
    parameter.text, parameter.now = "{}", 5
    assert reader.stage_of(LIST) == "new"
