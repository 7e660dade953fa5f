"""Parts that are read at once: a slow or failing one is named, and the others are there."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import EndpointConnectionError

from serverless_ops.aws.best_effort import PART_SECONDS, BestEffort
from serverless_ops.aws.errors import UnreachableError


def test_a_part_without_a_response_is_named_and_does_not_delay_the_others() -> None:
    never = threading.Event()
    best_effort = BestEffort()

    found = best_effort.read_all({"a": lambda: 1, "b": never.wait, "c": lambda: 3}, seconds=0.2)
    never.set()

    assert found == {"a": 1, "c": 3}
    assert best_effort.errors == {"b": "no response within 0.2 s"}


def test_a_part_may_take_all_of_the_time() -> None:
    best_effort = BestEffort()

    found = best_effort.read_all({"a": lambda: threading.Event().wait(0.05)}, seconds=0.99)

    assert (found, best_effort.errors) == ({"a": False}, {})


def test_a_part_that_never_ends_does_not_keep_the_program_from_ending() -> None:
    found = BestEffort().read_all({"a": lambda: threading.current_thread().daemon})

    assert found == {"a": True}
    assert PART_SECONDS == 10, "as the help of status says"


def test_a_part_that_fails_is_named_with_the_reason() -> None:
    def refuse() -> None:
        raise EndpointConnectionError(endpoint_url="https://x")

    def lack() -> None:
        raise UnreachableError("no key")

    best_effort = BestEffort()

    assert best_effort.read_all({"a": refuse, "b": lack}) == {}
    assert list(best_effort.errors) == ["a", "b"]
    assert "https://x" in best_effort.errors["a"]


def test_a_mistake_of_the_program_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        BestEffort().read_all({"a": lambda: 1 // 0})


def test_of_several_mistakes_that_of_the_first_part_is_raised() -> None:
    second = threading.Event()

    def wait_and_fail() -> None:
        second.wait()
        raise ZeroDivisionError

    def fail() -> None:
        second.set()
        raise KeyError

    with pytest.raises(ZeroDivisionError):
        BestEffort().read_all({"a": lambda: 1, "b": wait_and_fail, "c": fail})


def test_each_part_is_read_although_others_of_its_kind_fail() -> None:
    def read(entry: int) -> int:
        if entry != 2:
            raise EndpointConnectionError(endpoint_url=f"https://{entry}")
        return entry * 10

    several, alone = BestEffort(), BestEffort()

    assert several.read_each("logs", {"a": 1, "b": 2, "c": 3}, read) == {"b": 20}
    assert {
        part: f"https://{entry}" in several.errors[part]
        for part, entry in (("logs a", 1), ("logs c", 3))
    } == dict.fromkeys(several.errors, True)
    assert alone.read_each("logs", {"a": 1}, read) == {}
    assert list(alone.errors) == ["logs"]


def test_what_is_read_alone_has_a_value_for_a_failure() -> None:
    def refuse() -> int:
        raise EndpointConnectionError(endpoint_url="https://x")

    best_effort = BestEffort()

    assert best_effort.read("a", lambda: 1, 0) == 1
    assert best_effort.read("b", refuse, 0) == 0
    assert list(best_effort.errors) == ["b"]
