"""A program is waited for until everything is known, or something has failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_serverless.testing.settle import settle

Futures = list["asyncio.Future[Any]"]


def is_settled_after(
    monkeypatch: pytest.MonkeyPatch, *steps: Callable[[Futures], object]
) -> list[bool]:
    """Whether it has ended after each step, with two outputs and a call that are not known yet."""

    async def main() -> list[bool]:
        futures = [asyncio.get_running_loop().create_future() for _ in range(3)]
        known = SimpleNamespace(outputs=set(futures[:2]), rpc_manager=SimpleNamespace(rpcs=set()))
        known.rpc_manager.rpcs.add(futures[2])
        monkeypatch.setattr(pulumi.runtime.settings, "SETTINGS", known)
        waiting, found = asyncio.ensure_future(settle()), []
        for step in steps:
            step(futures)
            # As many turns of the loop as whoever waits may need.
            for _ in range(10):
                await asyncio.sleep(0)
            found.append(waiting.done())
        for each in futures:
            each.cancel()
        await waiting
        return found

    return asyncio.run(main())


def test_it_ends_when_all_outputs_and_calls_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_settled_after(
        monkeypatch,
        lambda _: None,
        lambda futures: futures[0].set_result(1),
        lambda futures: futures[1].set_result(None),
        lambda futures: futures[2].set_result(2),
    ) == [False, False, False, True]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_it_ends_when_one_has_failed(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(futures: Futures) -> None:
        futures[number].set_exception(ValueError("refused"))
        futures[number].exception()

    assert is_settled_after(monkeypatch, lambda _: None, fail) == [False, True]


def test_it_ends_when_one_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_settled_after(monkeypatch, lambda futures: futures[1].cancel()) == [True]


def test_what_is_declared_meanwhile_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def declare(futures: Futures) -> None:
        later = asyncio.get_running_loop().create_future()
        pulumi.runtime.settings.SETTINGS.outputs.add(later)
        for each in futures:
            each.set_result(1)
        futures.append(later)

    assert is_settled_after(monkeypatch, declare, lambda futures: futures[3].set_result(1)) == [
        False,
        True,
    ]
