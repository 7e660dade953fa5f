"""The program in the emulator: `python -m local test examples/circuit_breaker`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from local.permitted import as_function
from local.testing import DeployChanged, Deployed, eventually

FAILURES_TO_OPEN = 5
CLIENTS = 4
PER_SECOND = 10
LONGEST_COOL_DOWN_SECONDS = 4
STALE_SECONDS = 2
"""How old an instance's knowledge of the state may be."""


class Carrier:
    """The carrier of local_setup.py."""

    def __init__(self, program: Deployed) -> None:
        self._http = program.http
        self._url = f"http://127.0.0.1:{program.emulator.port + 1}"

    def becomes(self, mode: str) -> None:
        self._http.put(f"{self._url}/{mode}").raise_for_status()

    def seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = self._http.get(self._url).json()
        return seen


def ask(program: Deployed, country: str = "GB") -> tuple[httpx.Response, float]:
    """The response, and how long it took."""
    started = time.monotonic()
    parameters = {"country": country, "grams": "1200"}
    response = program.http.get(f"{program.outputs['apiUrl']}/quotes", params=parameters)
    return response, time.monotonic() - started


def quoted_by(program: Deployed) -> str:
    response, _ = ask(program)
    assert response.status_code == 200, response.text
    by: str = response.json()["by"]
    return by


def ask_for(program: Deployed, seconds: float) -> list[str]:
    """Ask ten times a second, by several clients; who quoted each time."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        started = time.monotonic()
        answers = []
        for number in range(int(seconds * PER_SECOND)):
            time.sleep(max(0, started + number / PER_SECOND - time.monotonic()))
            answers.append(clients.submit(quoted_by, program))
        return [answer.result() for answer in answers]


def state(program: Deployed) -> str:
    [rows] = program.operations["circuitBreakers"].values()
    found = program.client("dynamodb").get_item(
        TableName=rows["tableName"], Key={"circuit": {"S": "carrier"}}, ConsistentRead=True
    )
    status: str = found["Item"]["status"]["S"] if "Item" in found else "CLOSED"
    return status


def open_it(program: Deployed, carrier: Carrier) -> None:
    carrier.becomes("down")
    eventually(lambda: quoted_by(program) and state(program) == "OPEN", "the opening")


@pytest.fixture
def carrier(program: Deployed) -> Iterator[Carrier]:
    """Up at first, and its circuit breaker closed."""
    found = Carrier(program)
    found.becomes("up")
    eventually(lambda: quoted_by(program) == "carrier", "the carrier's quote")
    with ThreadPoolExecutor(CLIENTS) as clients:
        # As many workers as clients, so that no cold start is measured.
        list(clients.map(lambda _: quoted_by(program), range(2 * CLIENTS)))
    yield found
    found.becomes("up")


@pytest.fixture
def without_breaker(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program, which calls the carrier each time: the negative control."""
    always = (
        "def always(fn: Any, *, fallback: Any) -> Any:\n"
        "    try:\n        return fn()\n"
        "    except CallRefusedError:\n        raise\n"
        "    except Exception:\n        return fallback()\n\n\n"
    )
    changes = [
        ('circuit_breaker("carrier").call(', "always("),
        ("def ask_carrier(", f"{always}def ask_carrier("),
    ]
    with deploy_changed({"quotes/quote.py": changes}) as running:
        yield running


def test_a_carrier_that_is_up_quotes(program: Deployed, carrier: Carrier) -> None:
    response, _ = ask(program)

    assert response.json() == {"cents": 370, "by": "carrier"}


def test_what_the_carrier_refuses_gets_no_flat_rate_and_opens_nothing(
    program: Deployed, carrier: Carrier
) -> None:
    statuses = {ask(program, "AQ")[0].status_code for _ in range(2 * FAILURES_TO_OPEN)}

    assert statuses == {422}
    assert state(program) == "CLOSED"
    assert carrier.seen()["calls"] >= 2 * FAILURES_TO_OPEN


def test_a_carrier_that_is_down_sees_a_handful_of_calls_and_every_client_gets_a_quote(
    program: Deployed, carrier: Carrier
) -> None:
    carrier.becomes("down")

    quotes = ask_for(program, seconds=6)

    assert set(quotes) == {"flat rate"}
    # Calls in flight when it opens, and probes after 2 and 4 more seconds.
    assert FAILURES_TO_OPEN <= carrier.seen()["calls"] <= FAILURES_TO_OPEN + CLIENTS + 3
    assert len(quotes) == 6 * PER_SECOND


def test_without_the_circuit_breaker_it_sees_every_call(without_breaker: Deployed) -> None:
    carrier = Carrier(without_breaker)
    carrier.becomes("down")

    quotes = ask_for(without_breaker, seconds=2)

    seen = carrier.seen()
    assert seen["calls"] == len(quotes) == 2 * PER_SECOND
    assert seen["most_at_once"] > 1


def test_while_the_carrier_hangs_clients_are_answered_at_once(
    program: Deployed, carrier: Carrier
) -> None:
    carrier.becomes("hanging")
    with ThreadPoolExecutor(FAILURES_TO_OPEN) as clients:
        waited = list(clients.map(lambda _: ask(program)[1], range(FAILURES_TO_OPEN)))
    assert min(waited) >= 2, "each waited for its own timeout"

    answered = [ask(program)[1] for _ in range(20)]

    # The others are probes, and first calls of instances that do not know of the opening yet.
    assert sum(seconds < 1 for seconds in answered) >= 15
    assert state(program) != "CLOSED"


def test_a_carrier_that_is_slow_is_left_alone_although_it_answers(
    program: Deployed, carrier: Carrier
) -> None:
    carrier.becomes("slow")

    quotes = [quoted_by(program) for _ in range(FAILURES_TO_OPEN)]

    assert quotes == ["carrier"] * FAILURES_TO_OPEN
    assert state(program) == "OPEN"


def test_a_carrier_that_hangs_up_in_the_middle_of_a_response_counts_as_down(
    program: Deployed, carrier: Carrier
) -> None:
    carrier.becomes("broken")

    quotes = [quoted_by(program) for _ in range(FAILURES_TO_OPEN)]

    assert quotes == ["flat rate"] * FAILURES_TO_OPEN
    assert state(program) == "OPEN"


def test_a_carrier_that_is_back_is_called_within_one_cool_down(
    program: Deployed, carrier: Carrier
) -> None:
    open_it(program, carrier)
    carrier.becomes("up")
    back = time.monotonic()

    eventually(lambda: quoted_by(program) == "carrier", "the carrier's quote")

    assert time.monotonic() - back < LONGEST_COOL_DOWN_SECONDS + STALE_SECONDS
    assert state(program) == "CLOSED"


def test_two_workers_never_probe_at_once(program: Deployed, carrier: Carrier) -> None:
    open_it(program, carrier)
    eventually(lambda: carrier.seen()["at_once"] == 0, "the end of the calls that opened it")
    carrier.becomes("down")

    ask_for(program, seconds=7)

    seen = carrier.seen()
    assert seen["calls"] >= 1, "the carrier was probed"
    assert seen["most_at_once"] == 1


def test_its_function_may_use_its_circuit_and_nothing_else(program: Deployed) -> None:
    dynamodb = as_function(program, "quote")("dynamodb")
    [rows] = program.operations["circuitBreakers"].values()
    table = rows["tableName"]

    dynamodb.get_item(TableName=table, Key={"circuit": {"S": "carrier"}})
    attempts: list[Callable[[], Any]] = [
        lambda: dynamodb.get_item(TableName=table, Key={"circuit": {"S": "tax"}}),
        lambda: dynamodb.put_item(TableName=table, Item={"circuit": {"S": "carrier"}}),
        lambda: dynamodb.delete_item(TableName=table, Key={"circuit": {"S": "carrier"}}),
        lambda: dynamodb.scan(TableName=table),
    ]
    for attempt in attempts:
        with pytest.raises(dynamodb.exceptions.ClientError, match="AccessDenied"):
            attempt()
