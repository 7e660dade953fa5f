"""Parts that are read at once: a slow or failing one is named, and the others are there."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import EndpointConnectionError

from serverless_ops.aws.best_effort import BestEffort
from serverless_ops.aws.errors import UnreachableError


def test_a_part_without_a_response_is_named_and_does_not_delay_the_others() -> None:
    never = threading.Event()
    best_effort = BestEffort()

    found = best_effort.read_all({"a": lambda: 1, "b": never.wait, "c": lambda: 3}, seconds=0.2)
    never.set()

    assert found == {"a": 1, "c": 3}
    assert best_effort.errors == {"b": "no response within 0.2 s"}


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
