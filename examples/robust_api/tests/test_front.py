"""The program in the emulator: `python -m local test examples/robust_api`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from customers import ACCEPTED, OTHERS, Round, Shop, compare, kept, slower, without_answer
from one_function import CHANGES

from local.permitted import consuming, permitted
from local.testing import DeployChanged, Deployed, eventually, sized

REQUESTS = sized(30, full=500)
"""In each of the rounds."""

ROUTES = {
    "product": "GET-products-_productId_",
    "quote": "GET-quotes-_productId_",
    "order": "POST-orders",
    "click": "POST-clicks",
    "restock": "POST-restocks",
}
"""As the names of alarms have them."""

ROUNDS = 2
MOST_ROUNDS = 5
"""A busy machine may be busier in one round than in the other; it is not in each."""


@pytest.fixture(scope="module")
def deployed_shop(program: Deployed) -> Iterator[Shop]:
    with Shop(program) as shop:
        yield shop


@pytest.fixture
def shop(deployed_shop: Shop) -> Shop:
    """The shop, all of whose back ends are well."""
    deployed_shop.warm()
    return deployed_shop


@pytest.fixture
def in_one_function(deploy_changed: DeployChanged) -> Iterator[Shop]:
    """The same shop with one function, of which two may run, behind products and quotes: the
    negative control."""
    with deploy_changed(CHANGES) as running, Shop(running) as shop:
        yield shop


def test_while_one_back_end_is_dead_the_other_routes_are_as_well_and_as_fast_as_before(
    shop: Shop,
) -> None:
    rounds: list[Round] = []
    for seed in range(MOST_ROUNDS):
        well, dead = compare(shop, REQUESTS, seed=seed)
        # A machine that is too busy for them while all is well proves nothing.
        if not without_answer(well):
            rounds.append((well, dead))
        if len(rounds) >= ROUNDS and not slower(rounds):
            break

    assert len(rounds) >= ROUNDS
    assert [each for _, dead in rounds for each in without_answer(dead)] == []
    quotes = [each for _, dead in rounds for each in dead if each.route == "quote"]
    assert {each.response.status_code for each in quotes} <= {503, 504}
    assert slower(rounds) == {}
    # Nobody has sent anything else yet.
    eventually(shop.kept, "what was accepted, at the back ends", seconds=60)


def test_in_one_function_the_dead_back_end_takes_another_route_with_it(
    in_one_function: Shop,
) -> None:
    in_one_function.warm()

    _, dead = compare(in_one_function, 20, seed=0)

    products = [each for each in dead if each.route == "product"]
    assert [each for each in products if not each.is_well] != []


def test_a_202_has_the_id_by_which_the_request_is_found(shop: Shop) -> None:
    answers = [shop.ask(route).response for route in OTHERS if route != "product"]

    assert {each.status_code for each in answers} == {ACCEPTED}
    ids = [each.headers["x-correlation-id"] for each in answers]
    assert len(set(ids)) == len(ids)
    order, click, restock = ids
    assert [each.json()["requestId"] for each in answers if "requestId" in each.json()] == [
        order,
        restock,
    ]
    counted = {"TableName": shop.program.outputs["counted"], "Key": {"click": {"S": click}}}
    dynamodb = shop.program.client("dynamodb")
    eventually(lambda: dynamodb.get_item(**counted).get("Item"), "the click")
    eventually(
        lambda: [
            each
            for each in shop.program.log_records("ship-order")
            if each.get("message") == "shipped" and each.get("correlation_id") == order
        ],
        "the shipment",
    )


def test_an_order_that_is_sent_again_with_its_key_is_shipped_once(shop: Shop) -> None:
    order = {"productId": "pot", "address": "2 Main St"}
    headers = {"idempotency-key": "order-of-a-pot"}
    before = kept(shop.program)["order"]

    first, again = (shop.post("orders", json=order, headers=headers) for _ in range(2))
    other = shop.post("orders", json={**order, "productId": "cup"}, headers=headers)

    assert first.json()["eventId"] == again.json()["eventId"] != other.json()["eventId"]
    eventually(lambda: kept(shop.program)["order"] - before == 2, "two orders of three requests")


@pytest.mark.parametrize("path", ["orders", "restocks"])
@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"[]", 400), (b'{"a": ', 400), (b'"tea"', 400)]
)
def test_what_could_be_no_event_is_refused_and_not_accepted(
    shop: Shop, path: str, body: bytes, status: int
) -> None:
    before = kept(shop.program)["restock"]

    response = shop.restock(body) if path == "restocks" else shop.post(path, content=body)

    assert response.status_code in {status, 415}
    assert kept(shop.program)["restock"] == before


def test_a_refusal_of_the_service_has_the_status_of_the_route(shop: Shop) -> None:
    response = shop.get("quotes/nothing")

    assert response.status_code == httpx.codes.NOT_FOUND
    assert response.json()["detail"].startswith("unknown-product: ")


def test_one_route_is_for_signed_requests_and_the_others_for_all(shop: Shop) -> None:
    unsigned = [
        shop.post("restocks", json={"productId": "tea"}, headers=headers)
        for headers in (
            {},
            {"authorization": "Bearer token"},
            {"authorization": "AWS4-HMAC-SHA256"},
        )
    ]

    assert {each.status_code for each in unsigned} == {httpx.codes.FORBIDDEN}
    assert shop.ask("restock").is_well


def test_a_queue_that_the_api_may_not_use_is_no_mistake_of_a_client(shop: Shop) -> None:
    iam = shop.program.client("iam")
    [role] = [
        each["RoleName"]
        for page in iam.get_paginator("list_roles").paginate()
        for each in page["Roles"]
        if "front-api-to-clicks" in each["RoleName"]
    ]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        refused = shop.ask("click").response
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    eventually(lambda: shop.ask("click").is_well, "a click")


def test_what_is_no_click_is_passed_over_and_nobody_is_woken(shop: Shop) -> None:
    bodies = ("no JSON", "[]", "{}", '{"productId": 1}')

    ids = {shop.post("clicks", content=each).headers["x-correlation-id"] for each in bodies}

    def passed_over() -> bool:
        records = shop.program.log_records("count-clicks")
        return len([each for each in records if each.get("message") == "not a click"]) == len(ids)

    eventually(passed_over, "all of them in the log")


def test_a_restock_says_who_has_sent_it(shop: Shop) -> None:
    sqs, warehouse = shop.program.client("sqs"), shop.program.outputs["warehouse"]
    sqs.purge_queue(QueueUrl=warehouse)

    accepted = shop.restock(b'{"productId": "pot"}')
    faked = shop.restock(b'{"productId": "pot", "restockedBy": "somebody"}')

    assert (accepted.status_code, faked.status_code) == (ACCEPTED, httpx.codes.BAD_REQUEST)
    [message] = eventually(
        lambda: sqs.receive_message(QueueUrl=warehouse).get("Messages"), "the event"
    )
    restocked = json.loads(message["Body"])["detail"]
    assert restocked["productId"] == "pot"
    assert "/supplier/" in restocked["restockedBy"]


def test_the_failing_route_fires_its_alarm_and_none_that_is_well(shop: Shop) -> None:
    shop.supplier_is("failing")
    alarms = shop.program.operations["alarms"]
    by_route = {route: alarms[f"front-{name}-back-end-errors"] for route, name in ROUTES.items()}
    cloudwatch = shop.program.client("cloudwatch")

    def firing() -> set[str]:
        for route in by_route:
            shop.ask(route)
        found = cloudwatch.describe_alarms(AlarmNames=list(by_route.values()))["MetricAlarms"]
        firing = {each["AlarmName"] for each in found if each["StateValue"] == "ALARM"}
        return {route for route, alarm in by_route.items() if alarm in firing}

    eventually(lambda: "quote" in firing(), "the alarm on quotes")
    # On a busy machine, others may have timed out.
    assert firing() <= {"quote", *shop.routes_with_errors()}


def test_each_function_may_use_its_own_back_end_and_nothing_else(program: Deployed) -> None:
    found = permitted(program)

    assert {name: found[name] for name in found if not name.endswith("-relay")} == {
        "front-GET-quotes-_productId_": {"GetItem of services", "UpdateItem of services"},
        "front-POST-orders": {"PutItem of shipping-outbox", "DeleteItem of shipping-outbox"},
        "front-POST-restocks": set(),
        "show-product": set(),
        "ask-price": set(),
        "ship-order": {"UpdateItem of shipments", "SendMessage of shipping-dead-letters"},
        "count-clicks": {"PutItem of counted", *consuming("clicks")},
    }
