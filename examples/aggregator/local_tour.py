"""The story of a product page that is there, whoever is not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from local.testing import Deployed, eventually
from local.tour import require

_DEADLINE_SECONDS = 2


def the_page_is_complete(program: Deployed) -> Iterator[str]:
    """A customer opens a book's page: three services answer at the same time"""
    _becomes(program, {})
    page = eventually(lambda: _page(program, complete=True), "a complete page")
    yield f"GET /books/Emma → {page['data']}"


def the_reviews_hang(program: Deployed) -> Iterator[str]:
    """The reviews hang: the page comes without them, in time, and says so"""
    _becomes(program, {"reviews": "hanging"})
    started = time.monotonic()
    page = _get(program).json()
    waited = time.monotonic() - started
    require(waited < 2 * _DEADLINE_SECONDS, "an answer in time", seen=waited)
    require(
        page["missing"] == [{"branch": "reviews", "reason": "timed-out"}], "no reviews", seen=page
    )
    yield f"after {waited:.2f} s, of {_DEADLINE_SECONDS}: {page['data']}, missing {page['missing']}"


def the_reviews_are_left_alone(program: Deployed) -> Iterator[str]:
    """They keep hanging: after five pages nobody waits for them any more"""
    eventually(lambda: _reason(program, "reviews") == "circuit-open", "an open circuit breaker")
    started = time.monotonic()
    reason = _reason(program, "reviews")
    yield f"reviews: {reason}, after {(time.monotonic() - started) * 1_000:.0f} ms"


def the_stock_is_from_before(program: Deployed) -> Iterator[str]:
    """The stock fails: the page shows what was known, and how old that is"""
    _becomes(program, {"stock": "failing"})
    page = eventually(lambda: _page(program, stale="stock"), "a page with the stock of before")
    age = page["stale"]["stock"]
    yield f"stock: {page['data']['stock']}, {age:.1f} s old"


def without_a_price_there_is_no_page(program: Deployed) -> Iterator[str]:
    """The prices fail: without a price there is no page; then all come back"""
    _becomes(program, {"prices": "failing"})
    answer = _get(program)
    require(answer.is_server_error, "an error", seen=answer.text)
    yield f"GET /books/Emma → {answer.status_code} {answer.json()}"
    _becomes(program, {})
    page = eventually(lambda: _page(program, complete=True), "a complete page")
    yield f"GET /books/Emma → {page['data']}"


def _page(program: Deployed, *, complete: bool = False, stale: str = "") -> Any:
    answer = _get(program)
    page = answer.json()
    fits = answer.is_success and (not complete or not page["missing"])
    return page if fits and (not stale or stale in page["stale"]) else None


def _reason(program: Deployed, branch: str) -> str | None:
    reasons = {each["branch"]: each["reason"] for each in _get(program).json()["missing"]}
    return reasons.get(branch)


def _get(program: Deployed) -> httpx.Response:
    return program.http.get(f"{program.outputs['shopUrl']}/books/Emma")


def _becomes(program: Deployed, modes: Mapping[str, str]) -> None:
    program.http.put(program.outputs["catalogueUrl"], json=modes).raise_for_status()


STEPS = (
    the_page_is_complete,
    the_reviews_hang,
    the_reviews_are_left_alone,
    the_stock_is_from_before,
    without_a_price_there_is_no_page,
)
