"""The program in the emulator: `python -m local test examples/strangler`."""

from __future__ import annotations

import functools
import http.client
import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from careless_proxy import CarelessProxy

from local.serving import serving
from local.testing import Deployed, eventually, sized
from serverless_ops.moving_routes.route_stages import count_answers, set_stage
from serverless_ops.stack import MovingRoutes

REQUESTS = sized(200, full=2_000)
CUSTOMERS = sized(100, full=2_000)
MOVED_PERCENT = 20
TOLERANCE = sized(8, full=3)
"""Points: of few customers, more may happen to be on one side."""

ROLLBACK_SECONDS = 10
CLIENTS = 4
LIST, SHOW, ORDER = "GET /products", "GET /products/{id}", "POST /orders"

# What a server says of its own connection and response, not of the page.
OWN_HEADERS = {"date", "server", "connection", "keep-alive", "apigw-requestid"}

# As browsers write them; an encoded / or ? is decoded by API Gateway, as conformance.md says.
SEGMENTS = (
    "a",
    "größe",
    "field guide",
    "100%",
    "x;v=1",
    "a+b",
    "c,d@e:f",
    "tom's",
    "#1",
    "~me",
    "=",
)
QUERIES = ("", "", "a=1&a=2", "q=%20+%2F%C3%BC", "empty=&flag", "x[]=1&y=%3f", "z=a%26b", "u='*'")
TYPES = ("application/json", "application/x-www-form-urlencoded", "image/png", "text/plain")


class Page(NamedTuple):
    """What a client gets: repeated headers as a list, but for cookies."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def is_of_the_old_shop(self) -> bool:
        return "x-request-seen" in self.headers


class Sent(NamedTuple):
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def ask(base: str, sent: Sent) -> Page:
    """Send exactly these bytes, and follow nothing."""
    url = urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    try:
        connection.putrequest(sent.method, url.path + sent.target, skip_accept_encoding=True)
        for name, value in sent.headers:
            connection.putheader(name, value)
        if sent.body or sent.method in ("POST", "PUT", "PATCH"):
            connection.putheader("content-length", str(len(sent.body)))
        connection.endheaders(sent.body or None)
        got = connection.getresponse()
        body = got.read()
    finally:
        connection.close()
    headers, cookies = dict[str, str](), list[str]()
    for name, value in ((name.lower(), value) for name, value in got.getheaders()):
        if name == "set-cookie":
            cookies.append(value)
        elif name not in OWN_HEADERS and (name, sent.method) != ("content-length", "HEAD"):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Page(got.status, headers, cookies, body)


def mixed(count: int) -> list[Sent]:
    """Requests to moving routes, and to all else that the old shop has."""
    dice = random.Random(18)  # noqa: S311 -- no secret
    return [_one(dice) for _ in range(count)]


def _one(dice: random.Random) -> Sent:
    headers = [("user-agent", "a test"), ("cookie", "c=3; d=%20"), ("x-customer", "c-1")]
    headers = dice.sample(headers, k=dice.randint(0, 3))
    if dice.random() < 0.3:
        headers += [("accept", "text/html"), ("accept", "application/json;q=0.5")]
    query = dice.choice(QUERIES)
    query = f"?{query}" if query else ""
    segment = quote(dice.choice(SEGMENTS), safe=";+,@:'~=")
    kind = dice.random()
    if kind < 0.5:
        path = dice.choice(("/products", f"/products/{segment}", "/products/emma"))
        return Sent(dice.choice(("GET", "GET", "GET", "HEAD")), path + query, tuple(headers))
    kinds = dice.choice(TYPES)
    body = dice.randbytes(dice.randint(0, 300))
    if kinds in ("application/json", "text/plain"):
        body = json.dumps({"größe": body.hex()}, ensure_ascii=False).encode()
    headers.append(("content-type", kinds))
    if kind < 0.7:
        return Sent("POST", f"/orders{query}", tuple(headers), body)
    method = dice.choice(("GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"))
    path = dice.choice(
        ("/login", "/", f"/pictures/{segment}", f"/list/{segment}/", f"/a/{segment}//b")
    )
    return Sent(
        method, path + query, tuple(headers), b"" if method in ("GET", "HEAD", "DELETE") else body
    )


def products(program: Deployed, customer: str = "c-1") -> Page:
    sent = Sent("GET", "/products", (("x-customer", customer),))
    return ask(program.outputs["frontUrl"], sent)


def facade_of(program: Deployed) -> MovingRoutes:
    return MovingRoutes.model_validate(program.operations["movingRoutes"]["front"])


def sets(program: Deployed, route: str, stage: str | None) -> None:
    """What `ops strangler set` does, without the process; None is what the program declares."""
    set_stage(program.client("ssm"), facade_of(program), route, stage)


def counts(program: Deployed, route: str) -> Mapping[str, int]:
    """What `ops strangler status` counts."""
    cloudwatch = program.client("cloudwatch")
    return count_answers(cloudwatch, facade_of(program), datetime.now(UTC), 60)[route]


def sides(program: Deployed, count: int) -> dict[str, bool]:
    """For each customer, whether the new side answers; four ask at the same time."""
    names = [f"customer-{number}" for number in range(count)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        pages = list(clients.map(lambda name: products(program, name), names))
    assert {page.status for page in pages} == {200}
    return {name: not page.is_of_the_old_shop for name, page in zip(names, pages, strict=True)}


def all_of_one_side(program: Deployed, *, new: bool) -> bool:
    """Whether no instance of the router answers from the other side any more."""
    return set(sides(program, 3 * CLIENTS).values()) == {new}


def becomes(program: Deployed, *, down: bool) -> None:
    url = program.outputs["oldShopUrl"]
    ask(url, Sent("PUT", "/_control", (), json.dumps({"down": down}).encode()))


@pytest.fixture
def front(program: Deployed) -> Iterator[Deployed]:
    becomes(program, down=False)
    yield program
    becomes(program, down=False)
    for route in (LIST, SHOW, ORDER):
        sets(program, route, None)
    eventually(lambda: all_of_one_side(program, new=False), "the old shop")


def test_each_request_is_answered_by_one_side_and_counted_once(front: Deployed) -> None:
    """The first test: nobody has asked for a product yet."""
    sets(front, SHOW, "50")
    customers = [(("x-customer", f"customer-{number}"),) for number in range(30)]

    for each in customers:
        ask(front.outputs["frontUrl"], Sent("GET", "/products/emma", each))

    def answered() -> int:
        found = counts(front, SHOW)
        return found["by_legacy"] + found["by_new"]

    eventually(lambda: answered() >= len(customers), "all requests counted")
    assert answered() == len(customers)


Difference = tuple[Sent, list[tuple[object, object]]]


def differing(one: str, other: str, requests: list[Sent]) -> list[Difference]:
    """The requests that two addresses answer differently, and what differs."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        pages = [list(clients.map(functools.partial(ask, url), requests)) for url in (one, other)]
    return [
        (sent, [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]])
        for sent, left, right in zip(requests, *pages, strict=True)
        if left != right
    ]


def test_mixed_requests_are_answered_as_by_the_old_shop_itself(front: Deployed) -> None:
    old, new = (front.outputs[name] for name in ("oldShopUrl", "frontUrl"))

    assert differing(old, new, mixed(REQUESTS)) == []
    assert {ask(old, sent).status for sent in mixed(50)} == {200, 201, 302, 404}


def test_the_comparison_sees_a_proxy_that_decodes_or_merges(front: Deployed) -> None:
    """The negative control."""
    old = front.outputs["oldShopUrl"]
    with serving(CarelessProxy(old)) as proxy:
        found = differing(old, proxy.url, mixed(50))

    targets = {sent.target for sent, _ in found}
    assert any("%" in each for each in targets)
    assert any("a=1&a=2" in each for each in targets)
    assert any(isinstance(left, list) for _, pairs in found for left, _ in pairs), "cookies"


def test_shadow_finds_the_planted_difference_and_clients_do_not_see_it(front: Deployed) -> None:
    front.invoke("copy-products", {})
    sets(front, LIST, "shadow")
    eventually(lambda: products(front) and counts(front, LIST)["different"], "the difference")

    assert products(front) == ask(
        front.outputs["oldShopUrl"], Sent("GET", "/products", (("x-customer", "c-1"),))
    )
    found = [
        each["difference"]
        for each in front.log_records("front-router")
        if each.get("message") == "answers differ"
    ]
    assert set(found) == {"body differs at /items/0/price"}

    corrected(front)
    # What was asked before is counted first.
    asked = [products(front) for _ in range(4)]
    eventually(lambda: counts(front, LIST)["same"] == len(asked), "answers that are the same")
    alarm = front.operations["alarms"]["front-GET-products-shadow-different"]
    eventually(lambda: _state(front, alarm) == "ALARM", "the alarm")


def corrected(program: Deployed) -> None:
    """Somebody corrects the row that the copy has got wrong."""
    program.client("dynamodb").update_item(
        TableName=program.outputs["shopTable"],
        Key={"kind": {"S": "product"}, "id": {"S": "atlas"}},
        UpdateExpression="SET cents = :cents",
        ExpressionAttributeValues={":cents": {"N": "1999"}},
    )


def _state(program: Deployed, alarm: str) -> str:
    found = program.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return str(found[0]["StateValue"])


def test_so_many_of_a_hundred_customers_move_and_each_stays_where_it_is(front: Deployed) -> None:
    sets(front, LIST, str(MOVED_PERCENT))
    eventually(lambda: any(sides(front, 40).values()), "a customer of the new side")
    eventually(lambda: sides(front, 40) == sides(front, 40), "all instances")

    first, second = sides(front, CUSTOMERS), sides(front, CUSTOMERS)

    assert first == second
    assert abs(100 * sum(first.values()) / CUSTOMERS - MOVED_PERCENT) <= TOLERANCE


def test_who_is_not_recognised_again_changes_sides(front: Deployed) -> None:
    """The negative control: another name in each request."""
    sets(front, LIST, "50")
    names = (f"visit-{number}" for number in itertools.count())

    def some() -> set[bool]:
        return {products(front, next(names)).is_of_the_old_shop for _ in range(8)}

    eventually(lambda: some() == {True, False}, "both sides")


def test_a_route_moves_and_is_back_within_ten_seconds_without_a_deployment(
    front: Deployed,
) -> None:
    sets(front, LIST, "new")
    eventually(lambda: all_of_one_side(front, new=True), "the new side")
    becomes(front, down=True)
    assert products(front).status == 200
    assert ask(front.outputs["frontUrl"], Sent("GET", "/login")).status == 503
    becomes(front, down=False)

    front.up()
    assert all_of_one_side(front, new=True), "a deployment undoes what was set"

    started = time.monotonic()
    done = front.ops("strangler", "set", LIST, "0")
    assert done.returncode == 0, done.stderr
    eventually(lambda: all_of_one_side(front, new=False), "the old shop")
    assert time.monotonic() - started <= ROLLBACK_SECONDS


def test_a_route_that_changes_something_is_not_put_into_shadow(front: Deployed) -> None:
    done = front.ops("strangler", "set", ORDER, "shadow")

    assert (done.returncode, "a change would be made twice" in done.stderr) == (1, True)


def test_orders_that_the_new_side_takes_are_in_its_table(front: Deployed) -> None:
    sets(front, ORDER, "new")
    sent = Sent("POST", "/orders", (("x-customer", "c-1"),), b'{"product": "emma"}')

    def taken() -> Page | None:
        page = ask(front.outputs["frontUrl"], sent)
        return None if page.is_of_the_old_shop else page

    order = json.loads(eventually(taken, "an order at the new side").body)["id"]

    key = {"kind": {"S": "order"}, "id": {"S": order}}
    found = front.client("dynamodb").get_item(TableName=front.outputs["shopTable"], Key=key)
    assert found["Item"]["body"]["B"] == sent.body
