"""The preconditions If-Match and If-None-Match (RFC 9110, 13).

Apart from the other parameters: compiling its expression is a tenth of the start of a function that
only reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.response import etag_of

__all__ = ["accepted_versions", "is_known", "require_unconditional"]

_ENTITY_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\U0010ffff]*"'
_LIST = re.compile(rf"[ \t]*{_ENTITY_TAG}[ \t]*(?:,[ \t]*{_ENTITY_TAG}[ \t]*)*")


def accepted_versions(headers: Mapping[str, str]) -> Callable[[int], bool]:
    """Return a predicate for the versions that If-Match lets a request change; without it, all.

    The comparison is strong, so a weak tag matches nothing, and neither does a malformed header.
    The predicate raises Problem 412 for a version that If-None-Match excludes.
    """
    matches, excluded = headers.get("if-match"), headers.get("if-none-match")

    def accepts(version: int) -> bool:
        etag = etag_of(version)
        if matches is not None and not _names(matches, etag):
            return False
        if excluded is None:
            return True
        if not _is_list(excluded):
            raise Problem(412, "If-None-Match must be * or a list of ETags")
        if _names_weakly(excluded, etag):
            raise Problem(412, f"If-None-Match names the ETag, which is {etag}")
        return True

    return accepts


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Return whether the client of a GET has this representation already: then it gets a 304.

    `etag` is empty for one that has none. A malformed If-None-Match names nothing. Raises
    Problem 412 if If-Match does not name it.
    """
    matches, known = headers.get("if-match"), headers.get("if-none-match")
    if matches is not None and not _names(matches, etag):
        raise Problem(412, f"If-Match does not match the ETag, which is {etag or 'none'}")
    return known is not None and _is_list(known) and _names_weakly(known, etag)


def require_unconditional(headers: Mapping[str, str]) -> None:
    """Check the preconditions of a request that adds to a collection, which exists and has no ETag.

    Raises Problem 412.
    """
    if is_known(headers, ""):
        raise Problem(412, "If-None-Match excludes a resource that exists, as this one does")


def _is_list(value: str) -> bool:
    return value.strip(" \t") == "*" or _LIST.fullmatch(value) is not None


def _names(value: str, etag: str) -> bool:
    if value.strip(" \t") == "*":
        return True
    return _LIST.fullmatch(value) is not None and etag in re.findall(_ENTITY_TAG, value)


def _names_weakly(value: str, etag: str) -> bool:
    return _names(value, etag) or _names(value, f"W/{etag}")
