"""`GET /products/{productId}`"""

from __future__ import annotations

from typing import Any

from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import respond
from serverless_runtime.web.http.response import Response
from shop_front.catalogue import PRODUCTS


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    return respond(event, context, _show)


def _show(request: Request) -> Response:
    product = PRODUCTS.get(request.path_parameters["productId"])
    if product is None:
        raise Problem(404, "the shop has no such product")
    return Response(status=200, document=product)
