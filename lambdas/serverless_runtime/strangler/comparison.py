"""Whether two answers say the same; and if not, where they differ, without quoting them."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

from serverless_runtime.shared import strict_json
from serverless_runtime.strangler.answers import Answer

_GZIP = 31
"""Window bits of zlib that stand for gzip."""

_MAX_UNPACKED_BYTES = 5_000_000
_MAX_PARSED_BYTES = 262_144
"""A client waits for the comparison."""

_UNCODED = ("", "identity")


class NotComparableError(Exception):
    """A body cannot be read; the text says why."""


def difference(legacy: Answer, new: Answer, ignored: Collection[str] = ()) -> str | None:
    """Return where the answers differ, or None if status and body are the same.

    Bodies in JSON are the same if their values are, whatever the order of names and the white
    space; members with one of the names in `ignored` are passed over. Other bodies have to be the
    same bytes. Raises NotComparableError, also for large ones that are not the same bytes.
    """
    if legacy.status != new.status:
        return f"status {legacy.status} became {new.status}"
    if legacy.body == new.body and _encoding(legacy) == _encoding(new):
        return None
    old_body, new_body = _unpacked(legacy), _unpacked(new)
    if old_body == new_body:
        return None
    if (size := max(len(old_body), len(new_body))) > _MAX_PARSED_BYTES:
        raise NotComparableError(f"other bytes, and too large: {size} bytes")
    try:
        values = strict_json.parse(old_body), strict_json.parse(new_body)
    except strict_json.NotJsonError:
        return f"body of {len(old_body)} bytes became another of {len(new_body)}"
    place = _differing(*values, frozenset(ignored), "")
    return None if place is None else f"body differs at {place or 'its top'}"


def _encoding(answer: Answer) -> str:
    return answer.headers.get("content-encoding", "").strip().lower()


def _unpacked(answer: Answer) -> bytes:
    encoding = _encoding(answer)
    if encoding in _UNCODED:
        return answer.body
    if encoding != "gzip":
        raise NotComparableError(f"content-encoding {encoding:.20}")
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(answer.body, _MAX_UNPACKED_BYTES)
    except zlib.error:
        raise NotComparableError("a body that is no gzip") from None
    if not unpacker.eof or unpacker.unused_data:
        raise NotComparableError("a body that is cut off or too long")
    return body


def _differing(old: Any, new: Any, ignored: frozenset[str], place: str) -> str | None:
    """Return the JSON pointer of the first difference; names of members, but no values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted((old.keys() | new.keys()) - ignored):
            if name not in old or name not in new:
                return f"{place}/{name}"
            if (found := _differing(old[name], new[name], ignored, f"{place}/{name}")) is not None:
                return found
        return None
    if isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip(old, new, strict=False)):
            if (found := _differing(one, other, ignored, f"{place}/{number}")) is not None:
                return found
        return None if len(old) == len(new) else f"{place}/{min(len(old), len(new))}"
    # True equals 1, and is not the same JSON.
    same = old == new and isinstance(old, bool) == isinstance(new, bool)
    return None if same else place
