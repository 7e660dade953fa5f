"""Policies of roles, as the emulator needs them."""

from __future__ import annotations

import json
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="ses:SendEmail can be granted on one identity and for one sender address",
        emulator="supports neither the identity's ARN nor ses:FromAddress and denies the call",
        workaround="such a statement is granted on * without its ses: conditions",
    ),
    Difference(
        aws="a parameter that is requested by its ARN is authorized on that ARN",
        emulator="treats the ARN as a name, builds another ARN from it, and denies the call",
        workaround="ssm: statements are granted on that other ARN, too",
    ),
)


def role_policy_for_emulator(policy: str) -> str:
    """A role's policy, with its statements on email and parameters as the emulator needs them."""
    document = json.loads(policy)
    document["Statement"] = [
        _with_emulator_parameter_arns(_on_every_identity(entry))
        for entry in _as_list(document["Statement"])
    ]
    return json.dumps(document)


def _on_every_identity(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement on every email identity and sender."""
    if not _is_about("ses", statement):
        return statement
    conditions = {
        operator: kept
        for operator, keys in statement.get("Condition", {}).items()
        if (kept := {key: value for key, value in keys.items() if not key.startswith("ses:")})
    }
    widened = {**statement, "Resource": "*", "Condition": conditions}
    if not conditions:
        del widened["Condition"]
    return widened


def _with_emulator_parameter_arns(statement: dict[str, Any]) -> dict[str, Any]:
    if not _is_about("ssm", statement):
        return statement
    arns = _as_list(statement["Resource"])
    made_by_emulator = [f"{arn.split(':parameter/')[0]}:parameter/{arn}" for arn in arns]
    return {**statement, "Resource": [*arns, *made_by_emulator]}


def _is_about(service: str, statement: dict[str, Any]) -> bool:
    actions = _as_list(statement.get("Action", []))
    return bool(actions) and all(str(action).startswith(f"{service}:") for action in actions)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
