"""The story of a shop whose price service dies, and whose customers hardly notice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from local.signing import caller_of, signed
from local.testing import Deployed, eventually
from local.tour import require


def every_route_reaches_its_own_back_end(program: Deployed) -> Iterator[str]:
    """A customer looks at a product, asks for a quote, clicks, and orders"""
    _supplier(program, "up")
    product = eventually(lambda: _answer(program, "products/tea"), "the product")
    yield f"GET /products/tea → {product}"
    quote = eventually(lambda: _answer(program, "quotes/tea"), "a quote")
    yield f"GET /quotes/tea → {quote}"
    for path, body in (("clicks", {}), ("orders", {"address": "1 Main St"})):
        response = _post(program, path, {"productId": "tea", **body})
        require(response.status_code == httpx.codes.ACCEPTED, "202", seen=response.text)
        yield f"POST /{path} → 202, {response.headers['x-correlation-id']}"
    eventually(lambda: _counted(program), "the click in the table")
    eventually(lambda: _shipped(program), "the shipment")
    yield "the click is counted, and the order is shipped"


def only_another_system_may_restock(program: Deployed) -> Iterator[str]:
    """Anyone may order; only a system of the same account may restock"""
    refused = _post(program, "restocks", {"productId": "tea"})
    require(refused.status_code == httpx.codes.FORBIDDEN, "403", seen=refused.text)
    yield "POST /restocks → 403 without a signature"
    shop = program.outputs["shopUrl"]
    url, body = f"{shop}/restocks", b'{"productId": "tea", "count": 40}'
    credentials = caller_of(program, shop, "POST/restocks", name="supplier-system")
    headers = signed("POST", url, credentials, body)
    response = program.http.post(url, content=body, headers=headers)
    require(response.status_code == httpx.codes.ACCEPTED, "202", seen=response.text)
    sqs, warehouse = program.client("sqs"), program.outputs["warehouse"]
    message = eventually(
        lambda: sqs.receive_message(QueueUrl=warehouse).get("Messages"), "the event"
    )[0]
    yield f"POST /restocks → 202; the warehouse has {message['Body'][-60:]}"


def the_price_service_dies(program: Deployed) -> Iterator[str]:
    """The supplier hangs, and the price service with it"""
    _supplier(program, "hanging")
    started = time.monotonic()
    response = _get(program, "quotes/tea")
    waited = time.monotonic() - started
    require(response.is_server_error, "an error", seen=response.text)
    yield f"GET /quotes/tea → {response.status_code} after {waited:.2f} s"
    eventually(lambda: _get(program, "quotes/tea").status_code == 503, "an open circuit")  # noqa: PLR2004
    started = time.monotonic()
    response = _get(program, "quotes/tea")
    yield f"some requests later → {response.status_code} after {time.monotonic() - started:.2f} s"


def the_others_go_on(program: Deployed) -> Iterator[str]:
    """Everything else works as before"""
    started = time.monotonic()
    product = _answer(program, "products/cup")
    require(product is not None, "the product", seen=product)
    yield f"GET /products/cup → {product} after {time.monotonic() - started:.2f} s"
    response = _post(program, "orders", {"productId": "cup", "address": "1 Main St"})
    require(response.status_code == httpx.codes.ACCEPTED, "202", seen=response.text)
    yield f"POST /orders → 202, {response.headers['x-correlation-id']}"
    _supplier(program, "up")
    quote = eventually(lambda: _answer(program, "quotes/cup"), "a quote", seconds=60)
    yield f"the supplier is back: GET /quotes/cup → {quote}"


def _answer(program: Deployed, path: str) -> Any:
    response = _get(program, path)
    return response.json() if response.is_success else None


def _get(program: Deployed, path: str) -> httpx.Response:
    return program.http.get(f"{program.outputs['shopUrl']}/{path}")


def _post(program: Deployed, path: str, body: Any) -> httpx.Response:
    return program.http.post(f"{program.outputs['shopUrl']}/{path}", json=body)


def _supplier(program: Deployed, mode: str) -> None:
    program.http.put(f"{program.outputs['supplierUrl']}/{mode}").raise_for_status()


def _counted(program: Deployed) -> int:
    table = program.outputs["counted"]
    return int(program.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"])


def _shipped(program: Deployed) -> bool:
    return any(each.get("message") == "shipped" for each in program.log_records("ship-order"))


STEPS = (
    every_route_reaches_its_own_back_end,
    only_another_system_may_restock,
    the_price_service_dies,
    the_others_go_on,
)
