"""The price service: what a product costs today, which only the supplier knows."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote as quoted
from urllib.request import urlopen

from serverless_runtime.service_calls.entry import Call, Refusal, service_entry
from shop_front.catalogue import PRODUCTS

_SUPPLIER_SECONDS = 8
"""As patient as the supplier's own library is. Callers are not."""


def quote(call: Call) -> dict[str, Any]:
    """Safe: it changes nothing."""
    product = str(call.payload["productId"])
    if product not in PRODUCTS:
        raise Refusal("unknown-product", f"the shop has no {product!r}")
    url = f"{os.environ['SUPPLIER_URL']}/discounts/{quoted(product, safe='')}"
    # The address is this program's own setting.
    with urlopen(url, timeout=_SUPPLIER_SECONDS) as response:  # noqa: S310
        percent = json.load(response)["percent"]
    return {"cents": PRODUCTS[product]["cents"] * (100 - int(percent)) // 100}


handle = service_entry({"quote": quote})
