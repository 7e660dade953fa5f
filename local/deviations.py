"""Where the emulator differs from AWS and the local deployment bends to it.

The program is never changed for the emulator; what it declares is translated on the way to the
emulator (here), or a part of the emulator is replaced (local/guarded_emulator.py). DEVIATIONS is
what docs/conformance.md quotes, and tests/local holds both to the emulator as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NamedTuple


class Deviation(NamedTuple):
    """One difference that the local deployment works around."""

    aws: str
    emulator: str
    workaround: str


DEVIATIONS = (
    Deviation(
        aws="ses:SendEmail can be granted on one identity and for one sender address",
        emulator="knows neither the identity's ARN nor ses:FromAddress and denies the call",
        workaround="such a statement is granted on * without its ses: conditions",
    ),
    Deviation(
        aws="a queue policy may refuse plain HTTP (aws:SecureTransport)",
        emulator="speaks plain HTTP only, so the statement refuses everybody, its owner included",
        workaround="a request over the loopback counts as encrypted",
    ),
    Deviation(
        aws="SQS publishes the depth of each queue to CloudWatch every minute",
        emulator="publishes no metrics of SQS, and evaluates alarms only when some metric is put",
        workaround="local/metrics.py publishes the depth of every queue an alarm watches",
    ),
    Deviation(
        aws="CloudWatch Logs makes metrics of lines in the embedded metric format",
        emulator="keeps such lines as they are",
        workaround="local/metrics.py puts the metrics that a watched handoff's relay prints",
    ),
    Deviation(
        aws="every invocation under way has an execution environment of its own, at once",
        emulator="starts a process for each, and a burst of hundreds times out on a few cores",
        workaround="an invocation waits for a free worker once its function has four a core",
    ),
    Deviation(
        aws="a cold start compiles what it imports on a machine that does nothing else",
        emulator="unpacks the bundle anew and compiles it for every worker, on shared cores",
        workaround="the emulator gets the bundle with its bytecode; what Pulumi sees has none",
    ),
    Deviation(
        aws="an HTTP API has a host name of its own and a random id",
        emulator="the host <id>.execute-api.localhost is not resolved by every client",
        workaround="the URL names the API in its path, and the id follows from the API's name",
    ),
)


def role_policy_for_emulator(policy: str) -> str:
    """A role's policy with its e-mail statements opened to every identity and sender."""
    document = json.loads(policy)
    document["Statement"] = [_open_email(entry) for entry in _as_list(document["Statement"])]
    return json.dumps(document)


def _open_email(statement: dict[str, Any]) -> dict[str, Any]:
    actions = _as_list(statement.get("Action", []))
    if not actions or not all(str(action).startswith("ses:") for action in actions):
        return statement
    conditions = {
        operator: kept
        for operator, keys in statement.get("Condition", {}).items()
        if (kept := {key: value for key, value in keys.items() if not key.startswith("ses:")})
    }
    opened = {**statement, "Resource": "*", "Condition": conditions}
    if not conditions:
        del opened["Condition"]
    return opened


def stable_api_id(name: str) -> str:
    """The id of an API: the same on every deployment. The emulator wants 8 hexadecimal digits."""
    # The physical name ends in a random suffix; what is before it is the program's own name.
    logical_name = re.sub(r"-[0-9a-f]{7}$", "", name)
    return hashlib.sha256(logical_name.encode()).hexdigest()[:8]


def api_url(endpoint: str, api_id: str) -> str:
    """Where an API answers, without a trailing slash."""
    return f"{endpoint}/_aws/execute-api/{api_id}"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
