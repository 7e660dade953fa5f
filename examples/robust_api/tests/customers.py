"""Clients of the shop, and what its back ends have of their requests."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, NamedTuple, Self

import httpx

from local.deployed import Deployed
from local.signing import caller_of, signed
from local.testing import eventually

GETS: Mapping[str, str] = {"product": "products/tea", "quote": "quotes/tea"}
POSTS: Mapping[str, tuple[str, Any]] = {
    "order": ("orders", {"productId": "tea", "address": "1 Main St"}),
    "click": ("clicks", {"productId": "tea"}),
}
OTHERS = ("product", "order", "click", "restock")
"""All routes but the one whose back end dies."""

ACCEPTED = 202
PER_SECOND = 10
"""Requests begin at this rate, however long the others take."""

_CLIENTS = 40
_SLOW_SECONDS = 0.1
"""A median below it is not slow: the calls that hang start workers, on the same cores."""


class Answer(NamedTuple):
    """What a client gets, and after how long."""

    route: str
    response: httpx.Response
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the request has been answered, or accepted."""
        return self.response.status_code in (200, ACCEPTED)


class Shop:
    """The deployed shop, with clients and a system that signs."""

    def __init__(self, program: Deployed) -> None:
        self.program, self._url = program, program.outputs["shopUrl"]
        self._supplier = caller_of(program, self._url, "POST/restocks", name="supplier")
        self._answers: list[Answer] = []
        self._http = httpx.Client(timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, route: str) -> Answer:
        """Make one request to a route."""
        started = time.monotonic()
        response = self._asked(route)
        answer = Answer(route, response, time.monotonic() - started)
        self._answers.append(answer)
        return answer

    def routes_with_errors(self) -> set[str]:
        """The routes that have responded with a 5xx."""
        return {each.route for each in self._answers if each.response.is_server_error}

    def kept(self) -> bool:
        """Whether each back end has as many as `ask` was told that it has. Of a request without an
        answer that says so, as of one that timed out, nobody knows."""
        found = kept(self.program)
        answers = {
            route: [each.is_well for each in self._answers if each.route == route]
            for route in found
        }
        return all(sum(answers[route]) <= found[route] <= len(answers[route]) for route in found)

    def get(self, path: str) -> httpx.Response:
        """GET a path."""
        return self._http.get(f"{self._url}/{path}")

    def post(self, path: str, **request: Any) -> httpx.Response:
        """POST to a path."""
        return self._http.post(f"{self._url}/{path}", **request)

    def restock(self, body: bytes) -> httpx.Response:
        """POST a body as the system that may."""
        url = f"{self._url}/restocks"
        return self._http.post(url, content=body, headers=signed("POST", url, self._supplier, body))

    def supplier_is(self, mode: str) -> None:
        """Change what the supplier does."""
        self.program.http.put(f"{self.program.outputs['supplierUrl']}/{mode}").raise_for_status()

    def mixed(self, count: int, *, seed: int) -> list[Answer]:
        """Requests to all routes, as many to each, in random order."""
        routes = count // 5 * [*GETS, *POSTS, "restock"]
        random.Random(seed).shuffle(routes)  # noqa: S311 -- no secret
        started = time.monotonic()

        def ask(number: int) -> Answer:
            time.sleep(max(0, started + number / PER_SECOND - time.monotonic()))
            return self.ask(routes[number])

        with ThreadPoolExecutor(_CLIENTS) as clients:
            return list(clients.map(ask, range(len(routes))))

    def warm(self) -> None:
        """Let the supplier respond, and wait until all routes do."""
        self.supplier_is("up")
        for route in (*OTHERS, "quote"):
            eventually(lambda route=route: self.ask(route).is_well, route, seconds=60)  # type: ignore[misc]

    def _asked(self, route: str) -> httpx.Response:
        if route in GETS:
            return self.get(GETS[route])
        if route == "restock":
            return self.restock(b'{"productId": "tea"}')
        path, body = POSTS[route]
        return self.post(path, json=body)


def kept(program: Deployed) -> dict[str, int]:
    """How many orders, clicks and restocks the back ends have."""
    dynamodb, sqs = program.client("dynamodb"), program.client("sqs")
    [shipments] = [name for name in dynamodb.list_tables()["TableNames"] if "shipments" in name]

    def rows(table: str) -> int:
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, Select="COUNT", ConsistentRead=True
        )
        return sum(page["Count"] for page in pages)

    depth = sqs.get_queue_attributes(
        QueueUrl=program.outputs["warehouse"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]["ApproximateNumberOfMessages"]
    return {
        "order": rows(shipments),
        "click": rows(program.outputs["counted"]),
        "restock": int(depth),
    }


Round = tuple[list[Answer], list[Answer]]
"""Answers to the same requests while all was well, and while the supplier hung."""


def compare(shop: Shop, count: int, *, seed: int) -> Round:
    """The same requests while all are well, and while the supplier hangs."""
    shop.supplier_is("up")
    eventually(lambda: shop.ask("quote").is_well, "the price service", seconds=60)
    well = shop.mixed(count, seed=seed)
    shop.supplier_is("hanging")
    dead = shop.mixed(count, seed=seed)
    shop.supplier_is("up")
    return well, dead


def without_answer(answers: Sequence[Answer]) -> list[Answer]:
    """Those of the other routes that were not well."""
    return [each for each in answers if each.route != "quote" and not each.is_well]


def slower(rounds: Sequence[Round]) -> dict[str, tuple[float, float]]:
    """The routes whose median has more than doubled, and is slow, with both medians in seconds."""
    found = {}
    for route in OTHERS:
        usual, now = (
            median(each.seconds for one in rounds for each in one[part] if each.route == route)
            for part in (0, 1)
        )
        if now > max(2 * usual, _SLOW_SECONDS):
            found[route] = (usual, now)
    return found
