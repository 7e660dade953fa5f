"""Lists a page at a time: the query parameters `limit` and `cursor`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from serverless_runtime.web.http.cursor import Filters, read_cursor
from serverless_runtime.web.http.problem import invalid_parameter
from serverless_runtime.web.ids import is_id

__all__ = ["page_limit", "page_start"]

_DEFAULT_LIMIT = 50
_MAX_LIMIT = 100
_LIMIT = r"[1-9][0-9]{0,2}"


def page_limit(query: Mapping[str, str]) -> int:
    """Return how many entries a page may have. Raises Problem 400, as the other does."""
    text = query.get("limit", str(_DEFAULT_LIMIT))
    if not re.fullmatch(_LIMIT, text) or int(text) > _MAX_LIMIT:
        raise invalid_parameter(
            "query", "limit", f"must be a whole number from 1 to {_MAX_LIMIT}, given once"
        )
    return int(text)


def page_start(
    query: Mapping[str, str], filters: Filters, is_position: Callable[[str], bool] = is_id
) -> str | None:
    """Return the position to continue after, by default an id; None to start at the beginning."""
    if "cursor" not in query:
        return None
    try:
        return read_cursor(query["cursor"], filters, is_position)
    except ValueError as error:
        raise invalid_parameter("query", "cursor", str(error)) from error
