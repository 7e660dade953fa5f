"""Filters: what SNS would refuse, or accept and never match, fails before a deployment."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_serverless import EventFilter, EventType

ISSUED = EventType(name="issued", attributes=["region"], data=["total", "currency"])
PAID = EventType(name="paid", attributes=["region"])


def test_without_conditions_everything_matches() -> None:
    assert EventFilter().policy is None
    EventFilter().require_known([ISSUED, PAID])


def test_attributes_alone_need_no_look_into_the_body() -> None:
    wanted = EventFilter(types=["issued"], attributes={"region": [{"prefix": "eu-"}]})

    assert wanted.policy == {"type": ["issued"], "region": [{"prefix": "eu-"}]}
    assert not wanted.is_on_body


def test_a_field_of_the_data_is_where_the_envelope_has_it() -> None:
    wanted = EventFilter(types=["issued"], data={"total": [{"numeric": [">=", 100]}]})

    assert wanted.policy == {"type": ["issued"], "data": {"total": [{"numeric": [">=", 100]}]}}
    assert wanted.is_on_body


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (
            EventFilter(types=["isued"]),
            "types of a filter must be one of issued, paid, got 'isued'",
        ),
        (
            EventFilter(types=["paid"], data={"total": [1]}),
            "data of a filter must be declared .*, got 'total', which paid does not have",
        ),
        (EventFilter(data={"total": [1]}), "got 'total', which paid does not have"),
        (
            EventFilter(attributes={"country": ["CH"]}),
            "attributes of a filter must be .*, got 'country', which issued, paid does not have",
        ),
    ],
)
def test_a_filter_on_what_no_event_has_is_refused(wanted: EventFilter, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        wanted.require_known([ISSUED, PAID])


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({"types": "issued"}, "types must be a list, got 'issued'"),
        ({"attributes": {"region": "eu"}}, r"attributes\['region'\] must be a list, got 'eu'"),
        ({"attributes": {"region": []}}, "attributes.region must list one condition or more"),
        ({"attributes": {"region": [7]}}, "a condition of attributes.region must be a text, or"),
        ({"attributes": {"region": [{"numeric": ["=", 7]}]}}, "got {'numeric': "),
        ({"attributes": {"region": [{"wildcard": "eu-*"}]}}, "got {'wildcard': 'eu-"),
        ({"attributes": {"region": [{"prefix": "a", "suffix": "b"}]}}, "must be a text, or one of"),
        ({"attributes": {"region": ['a"b']}}, "must not be empty, nor have quotes or backslashes"),
        ({"attributes": {"region": [""]}}, "must not be empty, nor have quotes or backslashes"),
        ({"attributes": {"region": [{"anything-but": []}]}}, "got {'anything-but': "),
        ({"data": {"total": [None]}}, "a condition of data.total must be a text, a number, or"),
        ({"data": {"total": [{"numeric": [">"]}]}}, "must be one comparison, or a range such as"),
        ({"data": {"total": [{"numeric": ["!", 1]}]}}, "must be one comparison, or a range such"),
        ({"data": {"total": [{"numeric": ["<", 9, ">", 1]}]}}, "must be one comparison, or a rang"),
        ({"data": {"total": [{"numeric": [">", 1, ">=", 9]}]}}, "must be one comparison, or a ra"),
        ({"data": {"total": [{"numeric": ["=", 1, "=", 9]}]}}, "must be one comparison, or a ra"),
        (
            {"data": {"total": [{"numeric": [">", 9, "<", 1]}]}},
            "numeric of .* must match something",
        ),
        ({"data": {"total": [{"numeric": [">", True]}]}}, "a number of data.total must be from"),
        ({"data": {"total": [{"exists": False}]}}, "data.total must not be exists False: an event"),
        ({"data": {"a": [{"anything-but": ["x", 1]}]}}, "must list texts or numbers, all of one"),
        ({"data": {"a": [{"anything-but": [True]}]}}, "must list texts or numbers, all of one kin"),
        ({"data": {"a": [{"anything-but": [{"prefix": "x"}]}]}}, "must list texts or numbers, all"),
        ({"attributes": {"a": [{"anything-but": [1]}]}}, "anything-but of .* must list texts, got"),
        ({"attributes": {"region": ["a\x00"]}}, r"a text of .* no control .*, got U\+0000 at 1"),
        ({"attributes": {"region": [{"prefix": "\ud800"}]}}, r"no control .*, got U\+D800 at 0"),
        ({"attributes": {"region": ["x" * 300_000]}}, "at most 256000 bytes as JSON, got 3000"),
        ({"data": {"total": [{"numeric": [">", 2_000_000_000]}]}}, "from -1000000000 to 10000"),
        ({"data": {"total": [math.nan]}}, "a number of data.total must be from"),
        ({"data": {"total": [0.000_001]}}, "with at most 5 digits after the point"),
        ({"attributes": {f"a{n}": ["x"] for n in range(6)}}, "at most 5 keys, got 6"),
        (
            {
                "attributes": {"a": ["x"], "b": ["x"], "c": ["x"], "d": ["x"]},
                "types": ["t"],
                "data": {"e": [1]},
            },
            "at most 5 keys, got 6",
        ),
        (
            {"attributes": {"a": list("abcdefghijklm"), "b": list("abcdefghijkl")}},
            "at most 150 combinations .*, got 156",
        ),
        ({"data": {"a": [*range(76)]}}, "those of data counted twice, got 152"),
    ],
)
def test_what_sns_would_refuse_or_never_match_is_refused(
    conditions: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        EventFilter(**conditions)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"name": ""}, "name must not be empty, got ''"),
        ({"name": "a b"}, "name must be one word, got 'a b'"),
        ({"name": "a", "attributes": "region"}, "attributes must be a list, got 'region'"),
        ({"name": "a", "attributes": ["type"]}, "must not name its type, which all have"),
        ({"name": "a", "attributes": ["b", "b"]}, "attributes must all be different"),
        (
            {"name": "a", "attributes": [*"abcdefghij"]},
            "attributes must have 0 to 9 entries, got 10",
        ),
        ({"name": "a", "attributes": ["my region"]}, "names of attributes must be .* 'my region'"),
        (
            {"name": "a", "attributes": ["AWS.region"]},
            "names of attributes must be .* 'AWS.region'",
        ),
        ({"name": "a", "attributes": ["data"]}, "must have names of their own, got data, which th"),
        ({"name": "a", "attributes": ["id"]}, "must have names of their own, got id, which the en"),
        ({"name": "a", "data": ["b", "b"]}, "data must all be different"),
        ({"name": 'a"b'}, "nor have quotes or backslashes in it"),
        ({"name": "a\x00"}, r"name must be text, got U\+0000 in it"),
    ],
)
def test_an_event_type_that_could_not_be_filtered_is_refused(
    event: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        EventType(**event)


_TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters='"\\'),
    min_size=1,
    max_size=5,
)
_CONDITIONS = st.one_of(
    _TEXT,
    st.sampled_from(["prefix", "suffix", "equals-ignore-case"]).flatmap(
        lambda operator: _TEXT.map(lambda text: {operator: text})
    ),
    st.lists(_TEXT, min_size=1, max_size=3).map(lambda texts: {"anything-but": texts}),
    st.just({"exists": True}),
)


@given(conditions=st.lists(_CONDITIONS, min_size=1, max_size=5))
def test_every_condition_of_sns_on_texts_is_passed_on_as_it_is(conditions: list[Any]) -> None:
    wanted = EventFilter(attributes={"region": conditions}, data={"currency": conditions})

    assert wanted.policy == {"region": conditions, "data": {"currency": conditions}}
