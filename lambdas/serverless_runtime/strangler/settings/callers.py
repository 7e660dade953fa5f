"""By what a facade recognises a caller who has to stay on one side."""

from __future__ import annotations

import re

SOURCE_ADDRESS = "$context.identity.sourceIp"
HEADER, QUERY = "$request.header.", "$request.querystring."
COOKIE, CLAIM = "$request.cookie.", "$context.authorizer.claims."

_NAMED = re.compile(rf"({'|'.join(map(re.escape, (HEADER, QUERY, COOKIE, CLAIM)))})[A-Za-z0-9_.-]+")


def require_caller_source(source: str) -> None:
    """Raise ValueError unless a router can find the source in a request."""
    if source != SOURCE_ADDRESS and not _NAMED.fullmatch(source):
        raise ValueError(
            f"sticky_by must be {HEADER}NAME, {QUERY}NAME, {COOKIE}NAME, {CLAIM}NAME or "
            f"{SOURCE_ADDRESS}, got {source!r}"
        )
