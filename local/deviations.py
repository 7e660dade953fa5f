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
        aws="a parameter that is asked for by its ARN is authorised on that ARN",
        emulator="takes the ARN for a name, makes another ARN of it, and denies the call",
        workaround="ssm: statements are granted on the ARN that it makes, too",
    ),
    Deviation(
        aws="a topic hands each phone the part of a message that is for its platform",
        emulator="forgets what is published to phones",
        workaround="the part goes into the queue that the phone's user data names",
    ),
    Deviation(
        aws="functions trust the certificates that everybody trusts",
        emulator="the same, so not those of a webhook receiver on this machine",
        workaround="SSL_CERT_FILE names the authority that local/receiver.py makes for each run",
    ),
    Deviation(
        aws="a queue policy may refuse plain HTTP (aws:SecureTransport)",
        emulator="speaks plain HTTP only, so the statement refuses everybody, its owner included",
        workaround="a request over the loopback counts as encrypted",
    ),
    Deviation(
        aws="SQS publishes the depth of each queue to CloudWatch every minute",
        emulator="publishes no metrics of SQS",
        workaround="local/metrics.py publishes the depth of every queue an alarm watches",
    ),
    Deviation(
        aws="CloudWatch Logs makes metrics of lines in the embedded metric format",
        emulator="keeps such lines as they are",
        workaround="local/metrics.py puts the metrics that functions print",
    ),
    Deviation(
        aws="an alarm looks at its dimensions, computes formulas and treats missing data as told",
        emulator="knows none of these, and looks only when some metric is put",
        workaround="it keeps alarms as declared, and local/alarms.py sets their states each second",
    ),
    Deviation(
        aws="Lambda counts every attempt at an event, its age, and the events it gives up",
        emulator="counts what its Invoke API answers; a failed event is no error",
        workaround="local/emulator_cloudwatch.py counts as AWS documents",
    ),
    Deviation(
        aws="an HTTP API counts its requests, failures and latency",
        emulator="publishes no metrics of API Gateway",
        workaround="local/emulator_cloudwatch.py counts as AWS documents",
    ),
    Deviation(
        aws="FilterLogEvents answers page by page, up to 10,000 lines in each",
        emulator="ends after the first page, and gives no token for the next",
        workaround="local/tour/observe.py reads a whole log a hundred streams at a time",
    ),
    Deviation(
        aws="CloudWatch Logs Insights keeps saved queries",
        emulator="knows no PutQueryDefinition",
        workaround="local/emulator_cloudwatch.py keeps them; nobody runs them",
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
    Deviation(
        aws="an HTTP API checks the signature of a token with its issuer's key",
        emulator="needs a package for it that functions do not have, and refuses every token",
        workaround="local/guarded_emulator.py checks RS256 with the standard library",
    ),
)


def role_policy_for_emulator(policy: str) -> str:
    """A role's policy, with its statements on e-mail and parameters as the emulator needs them."""
    document = json.loads(policy)
    document["Statement"] = [
        _with_odd_parameters(_open_email(entry)) for entry in _as_list(document["Statement"])
    ]
    return json.dumps(document)


def _open_email(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement on every identity and sender."""
    if not _is_about("ses", statement):
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


def _with_odd_parameters(statement: dict[str, Any]) -> dict[str, Any]:
    if not _is_about("ssm", statement):
        return statement
    arns = _as_list(statement["Resource"])
    odd = [f"{arn.split(':parameter/')[0]}:parameter/{arn}" for arn in arns]
    return {**statement, "Resource": [*arns, *odd]}


def _is_about(service: str, statement: dict[str, Any]) -> bool:
    actions = _as_list(statement.get("Action", []))
    return bool(actions) and all(str(action).startswith(f"{service}:") for action in actions)


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
