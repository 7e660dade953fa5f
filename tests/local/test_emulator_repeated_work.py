"""What the emulator did again and again, and need not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator.patches import lambda_functions
from local.emulator.patches.cloudwatch import forget_datapoints_each_minute
from local.emulator.patches.iam import parse_policies_once
from local.wait import wait_until


def test_calls_in_a_row_look_for_old_datapoints_once() -> None:
    looks: list[str] = []
    cloudwatch = SimpleNamespace(_evict_old_metrics=lambda: looks.append("looked"))

    forget_datapoints_each_minute(cloudwatch)
    for _ in range(3):
        cloudwatch._evict_old_metrics()

    assert looks == ["looked"]


def test_a_policy_is_parsed_once_for_each_text() -> None:
    parsed: list[Any] = []

    def parse(document: Any) -> list[Any]:
        parsed.append(document)
        return [document]

    evaluator = SimpleNamespace(parse_policy_document=parse)
    parse_policies_once(evaluator)
    found = [evaluator.parse_policy_document(text) for text in ("old", "old", "new", {"of": "it"})]

    assert found == [["old"], ["old"], ["new"], [{"of": "it"}]]
    assert parsed == ["old", "new", {"of": "it"}]


@pytest.mark.parametrize("how", ["released", "another could not start"])
def test_a_run_that_waits_gets_the_worker_that_is_free(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambda_functions, "_LOOK_AGAIN_SECONDS", 60)
    looks: list[str] = []
    free: list[Any] = []

    def acquire(name: str, **_limit: int) -> tuple[Any, str]:
        looks.append(name)
        return (free.pop(), "reused") if free else (None, "func_cap")

    def release(worker: Any) -> None:
        free.append(worker or SimpleNamespace(func_name="send"))

    functions = SimpleNamespace(acquire_worker=acquire, release_worker=release)
    lambda_functions.wait_for_workers(functions)
    worker = SimpleNamespace(func_name="send") if how == "released" else None
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(functions.acquire_worker, "send")
        wait_until(lambda: looks, "a first look", seconds=10)
        functions.release_worker(worker)

        assert waiting.result(timeout=10)[1] == "reused"
