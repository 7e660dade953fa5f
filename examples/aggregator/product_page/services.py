"""Three services of the shop, each of which asks the catalogue for one thing.

None waits longer than its caller: the catalogue gets the time that is left.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote as quoted
from urllib.request import urlopen

from serverless_runtime.service_calls.entry import Call, Refusal, service_entry

_NOT_FOUND = 404


def quote(call: Call) -> Any:
    """What a book costs, in cents."""
    return _asked("prices", call)


def count(call: Call) -> Any:
    """How many copies there are."""
    return _asked("stock", call)


def list_reviews(call: Call) -> Any:
    """What readers say."""
    return _asked("reviews", call)


def _asked(part: str, call: Call) -> Any:
    title = str(call.payload["title"])
    url = f"{os.environ['CATALOGUE_URL']}/{part}/{quoted(title, safe='')}"
    try:
        # The address is this program's own setting.
        with urlopen(url, timeout=call.deadline.seconds_left()) as response:  # noqa: S310
            return json.load(response)
    except HTTPError as error:
        if error.code == _NOT_FOUND:
            raise Refusal("unknown-title", f"no book {title!r}") from None
        raise


prices = service_entry({"quote": quote})
stock = service_entry({"count": count})
reviews = service_entry({"list": list_reviews})
