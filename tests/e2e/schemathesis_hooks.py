"""Loaded by schemathesis itself (SCHEMATHESIS_HOOKS), not by pytest."""

from __future__ import annotations

import re
import uuid
from typing import Any

import schemathesis

_VALID_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@schemathesis.hook
def before_call(context: Any, case: Any, _kwargs: Any) -> None:
    """Make every valid Idempotency-Key unique.

    The response to a key that was used before is what was created then. That may be deleted by
    now, which the check for created resources takes for a fault. Repeated keys have tests of
    their own.
    """
    for name, value in (case.headers or {}).items():
        if name.lower() == "idempotency-key" and _VALID_KEY.fullmatch(str(value)):
            case.headers[name] = f"{value}-{uuid.uuid4()}"
