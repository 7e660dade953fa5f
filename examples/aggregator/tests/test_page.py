"""The program in the emulator: `python -m local test examples/aggregator`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from local.testing import DeployChanged, Deployed, eventually, sized

PAGES = sized(18, full=300)
CLIENTS = 2
DEADLINE_SECONDS = 2
LATEST_SECONDS = 2.4
"""The deadline, and what the API and a first run of a function take."""

PARTS = {"price": "prices", "stock": "stock", "reviews": "reviews"}
"""What the catalogue calls each branch."""

WELL = {"price": 900, "stock": 3, "reviews": ["A delight.", "Too short."]}
FAILURES_TO_OPEN = 5
COOL_DOWN_SECONDS = 2


class Page(NamedTuple):
    """What a customer gets, and after how long."""

    status: int
    data: dict[str, Any]
    missing: dict[str, str]
    """Reasons by branch."""

    stale: dict[str, float]
    seconds: float


def opened(program: Deployed, title: str = "Emma") -> Page:
    started = time.monotonic()
    response = program.http.get(f"{program.outputs['shopUrl']}/books/{title}")
    seconds, body = time.monotonic() - started, response.json()
    missing = {each["branch"]: each["reason"] for each in body["missing"]}
    return Page(response.status_code, body.get("data", {}), missing, body.get("stale", {}), seconds)


def becomes(program: Deployed, **modes: str) -> None:
    set_modes(program, modes)


def set_modes(program: Deployed, modes: Mapping[str, str]) -> None:
    program.http.put(program.outputs["catalogueUrl"], json=modes).raise_for_status()


def asked(program: Deployed, part: str) -> int:
    """How often the catalogue was asked for it since its modes were set."""
    calls: int = program.http.get(program.outputs["catalogueUrl"]).json()[part]
    return calls


def all_of(program: Deployed, titles: list[str]) -> list[Page]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda title: opened(program, title), titles))


def works(program: Deployed) -> list[Page]:
    """Wait until every customer gets a complete page, and return these pages."""
    becomes(program)

    def complete() -> list[Page]:
        pages = all_of(program, 3 * CLIENTS * ["Emma"])
        return pages if all(each.data == WELL for each in pages) else []

    return eventually(complete, "complete pages", seconds=60)


def latest(*well: Page) -> float:
    """The longest that a page may take on a machine that takes so long for these: on a busy one,
    the emulator itself takes longer than the 0.4 s."""
    return max(LATEST_SECONDS, DEADLINE_SECONDS + 2 * max(each.seconds for each in well))


def is_busy(*well: Page) -> bool:
    """Whether the machine takes a good part of the deadline for pages that lack nothing."""
    return max(each.seconds for each in well) > DEADLINE_SECONDS / 4


def planned(titles: list[str]) -> dict[str, str]:
    """Let a part hang or fail now and then for a title, but not so often in a row that its circuit
    breaker opens."""
    dice, modes = random.Random(18), dict[str, str]()  # noqa: S311 -- no secret
    for part in PARTS.values():
        in_a_row = 0
        for title in titles:
            mode = dice.choices(["", "failing", "hanging"], [80, 12, 8])[0]
            in_a_row = in_a_row + 1 if mode else 0
            if mode and in_a_row < FAILURES_TO_OPEN - CLIENTS:
                modes[f"{part}/{title}"] = mode
    return modes


@pytest.fixture
def shop(program: Deployed) -> Iterator[Deployed]:
    works(program)
    yield program
    becomes(program)


@pytest.fixture
def patient(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program, whose page waits for as long as its services may run: the negative
    control."""
    changes = [
        ("deadline_seconds=2", "deadline_seconds=9"),
        ("budget_seconds=2", "budget_seconds=9"),
        ("        circuit_breakers=breakers,\n", ""),
    ]
    with deploy_changed({"__main__.py": changes}) as running:
        works(running)
        yield running


def test_a_page_comes_in_time_and_is_complete_if_and_only_if_all_branches_were_well(
    shop: Deployed,
) -> None:
    well = works(shop)
    titles = [f"Emma-{number}" for number in range(PAGES)]
    modes = planned(titles)
    set_modes(shop, modes)

    pages = dict(zip(titles, all_of(shop, titles), strict=True))

    well += works(shop)
    assert max(page.seconds for page in pages.values()) <= latest(*well)
    missed = list[str]()
    for title, page in pages.items():
        ill = {branch for branch, part in PARTS.items() if f"{part}/{title}" in modes}
        missed += [page.missing[each] for each in page.missing if each not in ill]
        if "price" in page.missing:
            assert (page.status >= 500, page.data) == (True, {})
        else:
            assert (page.status, ill - set(page.missing)) == (200, set())
            assert page.data == {name: it for name, it in WELL.items() if name not in page.missing}
    # On a machine that is too busy, a branch that is well may be late, too, and is said to be.
    assert set(missed) <= ({"timed-out", "circuit-open"} if is_busy(*well) else set())
    assert 0 < sum(page.data == WELL for page in pages.values()) < PAGES


def test_without_the_deadline_a_page_waits_for_its_slowest_branch(patient: Deployed) -> None:
    becomes(patient, reviews="hanging")

    page = opened(patient)

    assert page.data == WELL
    assert page.seconds >= 5


def test_branches_are_asked_at_the_same_time(shop: Deployed) -> None:
    becomes(shop, stock="hanging", reviews="hanging")

    page = opened(shop)

    assert set(page.missing) == {"stock", "reviews"}
    assert page.seconds < 2 * DEADLINE_SECONDS


def test_a_branch_that_is_down_is_left_alone_and_asked_again_when_it_is_back(
    shop: Deployed,
) -> None:
    becomes(shop, reviews="failing")
    eventually(lambda: opened(shop).missing.get("reviews") == "circuit-open", "the opening")

    before = asked(shop, "reviews")
    # Each failed call is tried once more, and instances notice within two seconds.
    assert before <= 2 * (FAILURES_TO_OPEN + CLIENTS)
    pages = all_of(shop, 8 * ["Emma"])
    assert {page.status for page in pages} == {200}
    assert asked(shop, "reviews") < before + len(pages)

    becomes(shop)
    eventually(lambda: opened(shop).data == WELL, "the reviews")


def test_what_was_known_stands_in_for_what_is_missing_and_says_how_old_it_is(
    shop: Deployed,
) -> None:
    becomes(shop, stock="failing")

    page = eventually(lambda: _if_stale(shop), "an instance that knows the stock")

    assert (page.data, set(page.missing)) == (WELL, {"stock"})
    assert 0 < page.stale["stock"] <= 30
    assert opened(shop, "Persuasion").data.get("stock") is None, "nobody has asked for it before"


def _if_stale(program: Deployed) -> Page | None:
    page = opened(program)
    return page if page.stale else None


def test_what_the_required_branch_refuses_is_the_answer(shop: Deployed) -> None:
    page = opened(shop, "Ulysses")

    assert (page.status, page.missing) == (404, {"price": "unknown-title"})


def test_incomplete_answers_fire_the_alarm(shop: Deployed) -> None:
    becomes(shop, reviews="failing")
    all_of(shop, 24 * ["Emma"])

    alarm = shop.operations["alarms"]["page-answers-incomplete"]
    cloudwatch = shop.client("cloudwatch")

    def state() -> str:
        found = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return str(found[0]["StateValue"])

    eventually(lambda: state() == "ALARM", "the alarm")
