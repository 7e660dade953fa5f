"""The story of a route that moves from an old shop to a new function, and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx

from local.testing import Deployed, eventually
from local.tour import require

LIST = "GET /products"
_CUSTOMERS = 40


def everything_is_the_old_shops(program: Deployed) -> Iterator[str]:
    """The facade stands in front of the old shop: a client sees no difference"""
    program.http.put(f"{program.outputs['oldShopUrl']}/_control", json={"down": False})
    _set(program, "declared")
    eventually(lambda: not any(_sides(program, 6).values()), "answers of the old shop")
    urls = [f"{program.outputs[name]}/products" for name in ("oldShopUrl", "frontUrl")]
    direct, through = (program.http.get(url) for url in urls)
    require(direct.content == through.content, "the same bytes", seen=through.text)
    yield f"GET /products → {through.status_code}, the same {len(through.content)} bytes"
    login = program.http.get(f"{program.outputs['frontUrl']}/login")
    require(login.headers["location"] == "/account?from=%2Flogin&ok", "a redirect", seen=login)
    cookies = login.headers.get_list("set-cookie")
    yield f"GET /login → {login.status_code} {login.headers['location']}, {len(cookies)} cookies"


def shadow_finds_a_mistake(program: Deployed) -> Iterator[str]:
    """The products are copied; in shadow, both sides are asked, and the old shop answers"""
    copied = program.invoke("copy-products", {})["copied"]
    yield f"copied {copied} products into the new table"
    _set(program, "shadow")
    found = eventually(lambda: _differences_after_asking(program), "a difference")
    page = _ask(program)
    require("x-request-seen" in page.headers, "the old shop's answer", seen=page.headers)
    yield f"clients get the old shop's answer: {page.json()['items'][0]}"
    require(set(found) == {"body differs at /items/0/price"}, "one difference", seen=found)
    yield f"the log says: {found[-1]}; the copy has made 1998 cents of 19.99"


def the_mistake_is_corrected(program: Deployed) -> Iterator[str]:
    """The row is corrected: both sides say the same"""
    program.client("dynamodb").update_item(
        TableName=program.outputs["shopTable"],
        Key={"kind": {"S": "product"}, "id": {"S": "atlas"}},
        UpdateExpression="SET cents = :cents",
        ExpressionAttributeValues={":cents": {"N": "1999"}},
    )
    eventually(lambda: _ask(program) and _same(program), "an answer that is the same")
    for line in _status(program):
        yield f"ops strangler status: {line}"


def a_fifth_of_the_customers_move(program: Deployed) -> Iterator[str]:
    """20 of a hundred customers move to the new side, and stay there"""
    _set(program, "20")
    first = eventually(lambda: _some_moved(program), "customers at the new side")
    yield f"{sum(first.values())} of {_CUSTOMERS} customers are at the new side"
    same = _sides(program, _CUSTOMERS) == first
    require(same, "each customer on one side", seen=first)
    yield f"asked again: the same {sum(first.values())}"


def all_move_and_are_back_at_once(program: Deployed) -> Iterator[str]:
    """All move; and one command brings them back, without a deployment"""
    _set(program, "new")
    eventually(lambda: all(_sides(program, 6).values()), "answers of the new side")
    yield "every request is answered by the new function"
    yield _set(program, "legacy")
    eventually(lambda: not any(_sides(program, 6).values()), "answers of the old shop")
    yield "every request is answered by the old shop"


def _ask(program: Deployed, customer: str = "c-1") -> httpx.Response:
    return program.http.get(
        f"{program.outputs['frontUrl']}/products", headers={"x-customer": customer}
    )


def _sides(program: Deployed, count: int) -> dict[str, bool]:
    """Whether the new side answers each customer: it does not say what request it saw."""
    names = [f"reader-{number}" for number in range(count)]
    return {name: "x-request-seen" not in _ask(program, name).headers for name in names}


def _some_moved(program: Deployed) -> dict[str, bool] | None:
    """The sides of all customers, when each instance knows the stage."""
    sides = _sides(program, _CUSTOMERS)
    return sides if any(sides.values()) and sides == _sides(program, _CUSTOMERS) else None


def _set(program: Deployed, stage: str) -> str:
    done = program.ops("strangler", "set", LIST, stage)
    require(done.returncode == 0, "a stage that can be set", seen=done.stdout + done.stderr)
    return f"ops strangler set '{LIST}' {stage}: {done.stdout.strip()}"


def _status(program: Deployed) -> list[str]:
    """What `ops strangler status` says of the list's stage and comparisons; other routes follow."""
    lines = iter(program.ops("strangler", "status").stdout.splitlines())
    first = next((line for line in lines if line.startswith(f"{LIST}:")), "")
    own = itertools.takewhile(lambda line: line.startswith(" "), lines)
    compared = [line.strip() for line in own if line.strip().startswith("in shadow:")]
    require(bool(first and compared), "stage and comparisons of the route", seen=first)
    return [first, *compared]


def _differences_after_asking(program: Deployed) -> list[str]:
    _ask(program)
    return [each["difference"] for each in program.log_records("router") if "difference" in each]


def _same(program: Deployed) -> list[Any]:
    return [each for each in program.log_records("router") if "Same" in each]


STEPS = (
    everything_is_the_old_shops,
    shadow_finds_a_mistake,
    the_mistake_is_corrected,
    a_fifth_of_the_customers_move,
    all_move_and_are_back_at_once,
)
