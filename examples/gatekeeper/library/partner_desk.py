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


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    json_log.configure(context.aws_request_id)
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
        case "revoke":
            return asdict(keys.revoke(partner, event["keyId"], deadline=deadline))
        case other:
            raise ValueError(f"do must be issue, list or revoke, got {other!r}")
