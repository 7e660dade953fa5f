"""The desk that looks after partners: it issues their keys, and revokes them.

Whoever may invoke the function may use it: `{"do": "issue", "partner": "p1", "rights": ["read"]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from serverless_runtime.gatekeeper.client import Deadline, api_keys
from serverless_runtime.service_calls.errors import RefusedError
from serverless_runtime.shared import json_log

# What each order must have.
_NEEDED: Mapping[str, Mapping[str, type]] = {
    "issue": {"partner": str, "rights": list},
    "list": {"partner": str},
    "revoke": {"partner": str, "keyId": str},
}


def handle(event: Any, context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
    if (problem := _problem(event)) is not None:
        return {"refused": problem}
    try:
        return {"done": _do(event, Deadline.of(context))}
    except RefusedError as error:
        return {"refused": error.text}


def _do(event: Mapping[str, Any], deadline: Deadline) -> Any:
    keys, partner = api_keys("partner-keys"), event["partner"]
    match event["do"]:
        case "issue":
            days = event.get("expiresInDays")
            return asdict(
                keys.issue(partner, event["rights"], expires_in_days=days, deadline=deadline)
            )
        case "list":
            return [asdict(each) for each in keys.of_tenant(partner, deadline=deadline)]
        case _:
            return asdict(keys.revoke(partner, event["keyId"], deadline=deadline))


def _problem(event: Any) -> str | None:
    """Return what an order lacks, or None. It repeats nothing: people paste keys anywhere."""
    do = event.get("do") if isinstance(event, Mapping) else None
    needed = _NEEDED.get(do) if isinstance(do, str) else None
    if needed is None:
        return f"do must be {', '.join(_NEEDED)}"
    for name, kind in needed.items():
        if not isinstance(event.get(name), kind) or (kind is str and not event[name].strip()):
            return f"{do} must have {name}, {'a list' if kind is list else 'text'}"
    days = event.get("expiresInDays")
    # Not isinstance: True is an int.
    return "expiresInDays must be a whole number" if type(days) not in (int, type(None)) else None
