"""Rules about functions and their logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serverless_policy.resource import UNKNOWN, Resource, of_type
from serverless_policy.rule import Finding, Rule

# On Amazon Linux 2023 and supported until October 2028 at least.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIMES_IN_SUPPORT = {"python3.12", "python3.13", "python3.14"}


def _logs_forever(resources: Sequence[Resource]) -> Iterator[Finding]:
    for group in of_type(resources, "aws:cloudwatch/logGroup:LogGroup"):
        if not group.get("retentionInDays"):
            yield Finding(group, "keeps logs forever (no retention)")
    for function in of_type(resources, "aws:lambda/function:Function"):
        # Coming from a declared log group is enough: its name is unknown in a preview.
        if function.get("loggingConfig", "logGroup") is None:
            yield Finding(
                function, "Lambda would create a log group for it that keeps logs forever"
            )


def _old_runtimes(resources: Sequence[Resource]) -> Iterator[Finding]:
    for function in of_type(resources, "aws:lambda/function:Function"):
        if function.get("runtime") not in (*RUNTIMES_IN_SUPPORT, UNKNOWN):
            yield Finding(function, f"runs on {function.get('runtime')}")


LOGS = Rule(
    id="logs-expire",
    rejects="log groups without a retention period",
    remediation="Create the log group with retention_in_days and name it in the function's "
    "logging_config; "
    "pulumi_serverless.PythonFunction does both.",
    sees="resource",
    check=_logs_forever,
)
RUNTIMES = Rule(
    id="runtime-is-supported",
    rejects="runtimes that AWS no longer supports, or that have not been reviewed here",
    remediation=f"Use one of {', '.join(sorted(RUNTIMES_IN_SUPPORT))}, or add a newer one to "
    "RUNTIMES_IN_SUPPORT in policy/serverless_policy/rules/functions.py.",
    sees="resource",
    check=_old_runtimes,
)
