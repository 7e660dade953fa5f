"""The negative control: products and quotes share a function, of which two may run."""

from __future__ import annotations

_A_SERVICE = """\
CallService(
                service=prices,
                operation="quote",
                refusals={"unknown-product": 404},
                circuit_breakers=breakers,
            ),"""
_A_QUOTE = """
    if request.route.startswith("/quotes/"):
        asked = Call(payload=request.path_parameters, deadline=Deadline(0), **ASKED)
        return Response(status=200, document=quote(asked))
"""
_NEEDED = """\
from serverless_runtime.service_calls.deadline import Deadline
from serverless_runtime.service_calls.entry import Call
from shop_front.ask_price import quote
from shop_front.catalogue import PRODUCTS

ASKED = {"correlation_id": "control", "version": 1}
"""
CHANGES = {
    "__main__.py": [
        (_A_SERVICE, "show_product,"),
        (
            'a_function("show-product", ["web"], {})',
            'a_function("show-product", ["web", "service_calls"], '
            '{"SUPPLIER_URL": config.require("supplierUrl")}, reserved=2)',
        ),
        ("environment: dict[str, pulumi.Input[str]]\n", "environment, reserved=None\n"),
        (
            "            environment=environment,",
            "            environment=environment, reserved_concurrency=reserved,",
        ),
    ],
    "shop_front/show_product.py": [
        ("from shop_front.catalogue import PRODUCTS\n", _NEEDED),
        ("-> Response:\n", f"-> Response:{_A_QUOTE}"),
    ],
}
"""To the files of the program."""
