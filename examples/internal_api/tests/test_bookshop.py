"""The program in the emulator: `python -m local test examples/internal_api`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from local.permitted import as_function
from local.testing import DeployChanged, Deployed, eventually, sized, workers_dying

CLIENTS = 2
CALLS = sized(8, full=200)
BUDGET_SECONDS = 1
LATEST_SECONDS = 1.3
"""The budget, and what the API and the shop take."""

TITLE = "Emma"


class Answer(NamedTuple):
    """What a customer gets, and after how long."""

    status: int
    body: dict[str, Any]
    seconds: float


def ask(program: Deployed, method: str = "GET", path: str = f"offers/{TITLE}") -> Answer:
    started = time.monotonic()
    response = program.http.request(method, f"{program.outputs['shopUrl']}/{path}")
    return Answer(response.status_code, response.json(), time.monotonic() - started)


def reserve(program: Deployed) -> Answer:
    return ask(program, "POST", f"reservations/{TITLE}")


def all_at_once(count: int, one: Callable[[], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda _: one(), range(count)))


def becomes(program: Deployed, mode: str) -> None:
    program.http.put(f"{program.outputs['publisherUrl']}/{mode}").raise_for_status()


def asked(program: Deployed) -> int:
    """How often the publisher was asked since its mode was set."""
    calls: int = program.http.get(program.outputs["publisherUrl"]).json()["calls"]
    return calls


def made(program: Deployed) -> int:
    """How many reservations there are."""
    dynamodb, table = program.client("dynamodb"), program.outputs["reservations"]
    return int(dynamodb.scan(TableName=table, Select="COUNT", ConsistentRead=True)["Count"])


def works(program: Deployed) -> list[Answer]:
    """Wait until every customer gets an offer, and return these answers."""
    becomes(program, "up")

    def offers() -> list[Answer]:
        answers = all_at_once(4 * CLIENTS, lambda: ask(program))
        return answers if all(each.status == 200 for each in answers) else []

    return eventually(offers, "offers for all", seconds=60)


def latest(*answered: Answer) -> float:
    """The longest that a call may take on a machine that answers these at once: on a busy one, the
    emulator itself takes longer than the 0.3 s."""
    return max(LATEST_SECONDS, BUDGET_SECONDS + 2 * max(each.seconds for each in answered))


def fault(program: Deployed) -> tuple[Answer, int]:
    """Reserve until the service has failed before its time was up; the answer, and how many
    reservations that one call has made."""

    def failed() -> tuple[Answer, int] | None:
        before = made(program)
        answer = reserve(program)
        return (answer, made(program) - before) if answer.body["reason"] == "fault" else None

    return eventually(failed, "a fault")


@pytest.fixture
def shop(program: Deployed) -> Iterator[Deployed]:
    works(program)
    yield program
    becomes(program, "up")


@pytest.fixture
def careless(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program, whose shop waits for as long as its service may run, and calls everything
    safe: the negative control."""
    changes = [
        ("budget_seconds=1", "budget_seconds=9"),
        ('"reserve": "unsafe"', '"reserve": "safe"'),
    ]
    with deploy_changed({"__main__.py": changes}) as running:
        works(running)
        yield running


def test_customers_are_answered_within_the_budget_while_the_service_hangs(shop: Deployed) -> None:
    well = works(shop)
    becomes(shop, "hanging")

    answers = all_at_once(CALLS, lambda: ask(shop))

    assert {(each.status, each.body["reason"]) for each in answers} == {(504, "timed-out")}
    well += works(shop)
    assert max(each.seconds for each in answers) <= latest(*well)


def test_an_unsafe_operation_is_done_once_at_most_although_its_callers_give_up(
    shop: Deployed,
) -> None:
    becomes(shop, "hanging")
    before, count = made(shop), CLIENTS

    answers = all_at_once(count, lambda: reserve(shop))

    assert [(each.status, each.body["mayBeDone"]) for each in answers] == count * [(504, True)]
    eventually(lambda: asked(shop) == count, "the last reservation")
    assert made(shop) - before == count


def test_without_a_budget_customers_wait_and_called_safe_a_reservation_is_made_twice(
    careless: Deployed,
) -> None:
    becomes(careless, "flickering")
    assert (ask(careless).status, asked(careless)) == (200, 2), "a safe call that failed"

    becomes(careless, "failing")
    _, reservations = fault(careless)
    assert reservations == 2

    becomes(careless, "hanging")
    answers = all_at_once(CLIENTS, lambda: ask(careless))
    assert min(each.seconds for each in answers) >= 5


def test_an_unsafe_operation_that_failed_is_not_tried_again(shop: Deployed) -> None:
    becomes(shop, "failing")

    answer, reservations = fault(shop)

    assert (answer.status, answer.body["mayBeDone"]) == (502, True)
    assert reservations == 1


def test_a_refusal_is_an_answer_and_no_fault(shop: Deployed) -> None:
    answer = ask(shop, path="offers/Ulysses")

    assert (answer.status, answer.body["error"]) == (404, "unknown-title")
    assert asked(shop) > 0, "known titles only reach the publisher"


def test_a_service_whose_worker_dies_is_a_fault_and_no_time_out(shop: Deployed) -> None:
    becomes(shop, "hanging")

    def failed() -> Answer | None:
        # As many as there are workers: most that die are at work.
        answers = all_at_once(CLIENTS, lambda: reserve(shop))
        return next((each for each in answers if each.body["reason"] == "fault"), None)

    with workers_dying(shop, "ask-price", every_seconds=0.1) as killed:
        answer = eventually(failed, "a fault")

    assert killed
    assert (answer.status, answer.body["mayBeDone"]) == (502, True)


def test_a_service_that_lambda_throttles_has_not_been_called(shop: Deployed) -> None:
    becomes(shop, "up")
    function = shop.function_names()["ask-price"]
    client = shop.client("lambda")
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        answer = reserve(shop)
    finally:
        client.delete_function_concurrency(FunctionName=function)

    assert (answer.status, answer.body["reason"]) == (503, "throttled")
    assert answer.body["mayBeDone"] is False
    assert asked(shop) == 0


def test_a_service_of_another_version_says_so(shop: Deployed) -> None:
    function, client = shop.function_names()["show-offer"], shop.client("lambda")
    found = client.get_function_configuration(FunctionName=function)["Environment"]
    newer = {"Variables": {**found["Variables"], "SERVICE_PRICES_VERSION": "2"}}
    client.update_function_configuration(FunctionName=function, Environment=newer)
    try:
        answer = eventually(lambda: _if_bad_gateway(shop), "a worker with the new version")
    finally:
        client.update_function_configuration(FunctionName=function, Environment=found)

    assert answer.body == {"error": "unavailable", "reason": "wrong-version", "mayBeDone": False}


def _if_bad_gateway(program: Deployed) -> Answer | None:
    answer = ask(program)
    return answer if answer.status == 502 else None


def test_what_lambda_would_not_pass_on_is_not_sent(shop: Deployed) -> None:
    becomes(shop, "up")
    event = {
        "requestContext": {"http": {"method": "POST"}, "requestId": "large"},
        "pathParameters": {"title": TITLE},
        "body": "x" * 6_291_456,
    }

    answer = shop.invoke("show-offer", event)

    assert (answer["statusCode"], json.loads(answer["body"])["reason"]) == (413, "too-large")
    assert asked(shop) == 0


def test_calls_without_an_answer_fire_the_alarm_with_their_reason(shop: Deployed) -> None:
    becomes(shop, "failing")
    all_at_once(6, lambda: reserve(shop))

    alarm = shop.operations["alarms"]["prices-service-unanswered"]
    cloudwatch = shop.client("cloudwatch")

    def state() -> str:
        found = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return str(found[0]["StateValue"])

    eventually(lambda: state() == "ALARM", "the alarm")
    [record, *_] = [
        each
        for each in shop.log_records("show-offer")
        if each.get("message") == "service call not answered" and each["reason"] == "fault"
    ]
    assert (record["service"], record["operation"]) == ("prices", "reserve")
    assert record["correlation_id"]


def test_the_correlation_id_of_a_request_is_on_the_lines_of_both(shop: Deployed) -> None:
    ask(shop, path="offers/Ulysses")

    refused = [
        each
        for each in shop.log_records("ask-price")
        if each.get("message") == "call refused" and each["code"] == "unknown-title"
    ]
    assert refused
    assert all(each["correlation_id"] for each in refused)


def test_the_shop_may_call_the_service_and_nothing_else(program: Deployed) -> None:
    clients = as_function(program, "show-offer")
    functions, table = program.function_names(), program.outputs["reservations"]

    clients("lambda").invoke(FunctionName=functions["ask-price"], Payload=b"{}")

    def refused(service: str, operation: str, **arguments: Any) -> None:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(clients(service), operation)(**arguments)

    refused("lambda", "invoke", FunctionName=functions["show-offer"], Payload=b"{}")
    refused("dynamodb", "scan", TableName=table)
    refused("dynamodb", "put_item", TableName=table, Item={"reservation_id": {"S": "forged"}})
