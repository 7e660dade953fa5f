"""What is counted of an answer, and what each branch is asked with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.aggregator.aggregator import Deadline, RequiredMissingError
from tests.lambdas.aggregator.test_aggregator import (
    ERRORS,
    PAYLOADS,
    Services,
    an_aggregator,
    asked,
    services,
)

__all__ = ["services"]


@pytest.mark.parametrize(
    ("failing", "incomplete", "without_required"),
    [((), 0, 0), (("stock",), 1, 0), (("price",), 1, 1), (("price", "stock"), 1, 1)],
)
def test_each_answer_is_counted_with_what_it_lacked(
    monkeypatch: pytest.MonkeyPatch,
    services: Services,
    capsys: pytest.CaptureFixture[str],
    *,
    failing: tuple[str, ...],
    incomplete: int,
    without_required: int,
) -> None:
    services.errors = dict.fromkeys(failing, ERRORS["fault"])
    page = an_aggregator(monkeypatch, services, required=("price",))

    if without_required:
        with pytest.raises(RequiredMissingError, match=r"^no answer without price \(fault\)$"):
            asked(page)
    else:
        asked(page)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        [directive] = line.pop("_aws")["CloudWatchMetrics"]
        assert directive["Namespace"] == "Aggregator"
    counted = {"Answers": 1, "Incomplete": incomplete, "WithoutRequired": without_required}
    component = {"Component": "shop-dev-page"}
    assert lines == [
        {**component, **counted},
        *({**component, "Branch": name, "BranchMissing": 1} for name in failing),
    ]


def test_a_branch_is_asked_with_its_seconds_and_an_id_if_there_is_none(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    page = an_aggregator(monkeypatch, services, seconds=3)
    for _ in range(2):
        page.ask(PAYLOADS, deadline=Deadline.after(10))

    assert {named["seconds"] for *_, named in services.calls} == {3}
    ids = [named["correlation_id"] for *_, named in services.calls]
    assert len(set(ids)) == 2
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)


@pytest.mark.parametrize(
    ("payloads", "got"),
    [({}, "none"), ({"price": 1}, "price"), ({**PAYLOADS, "tax": 1}, "price, stock, reviews, tax")],
)
def test_payloads_are_those_of_the_branches(
    monkeypatch: pytest.MonkeyPatch, services: Services, payloads: dict[str, Any], got: str
) -> None:
    with pytest.raises(ValueError, match=r"^payloads must be of ") as raised:
        an_aggregator(monkeypatch, services).ask(payloads, deadline=Deadline.after(1))

    assert str(raised.value) == f"payloads must be of price, stock, reviews, got {got}"
