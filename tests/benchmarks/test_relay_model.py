"""The model of the relay: its limits, one by one, and what the page says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.relay_model import RelayModel

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MILLION = 1_000_000


def test_a_million_events_are_handed_off_in_ten_minutes() -> None:
    assert RelayModel().drain_seconds(MILLION) <= 600


def test_while_it_works_the_relay_hands_off_2000_events_a_second() -> None:
    assert RelayModel(working_seconds=60).events_per_second() >= 2_000


@pytest.mark.parametrize(
    ("changes", "limit", "events_per_second"),
    [
        ({}, "writes of the outbox", 1_833),
        ({"row_kb": 3.5}, "writes of the outbox", 458),
        ({"partitions": 40}, "processors of the runs", 3_537),
        ({"partitions": 40, "memory_mb": 3_000}, "requests in flight", 7_111),
        ({"partitions": 40, "shards": 8}, "processors of the runs", 1_769),
        ({"reserved_concurrency": 2}, "processors of the runs", 221),
        ({"reserved_concurrency": 1}, "processors of the runs", 221),
        ({"at_once": 1}, "requests in flight", 444),
        ({"account_concurrency": 100}, "asynchronous invokes", 1_000),
    ],
)
def test_what_limits_the_relay_first(
    changes: dict[str, Any], limit: str, events_per_second: int
) -> None:
    model = RelayModel(**changes)

    assert model.first_limit() == limit
    assert round(model.events_per_second()) == events_per_second


def test_a_target_that_is_slower_than_the_relay_decides_when_all_is_done() -> None:
    model = RelayModel(target_concurrency=10)

    assert model.processed_seconds(MILLION) == 12_000
    assert RelayModel().processed_seconds(MILLION) == RelayModel().drain_seconds(MILLION)


def test_the_page_has_the_figures_of_the_model() -> None:
    model, page = RelayModel(), PAGE.read_text()

    assert f"| {model.events_per_second():,.0f} | the writes of the outbox" in page
    assert f"{round(model.drain_seconds(MILLION) / 60)} minutes" in page
