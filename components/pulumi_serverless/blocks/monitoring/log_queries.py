"""CloudWatch Logs Insights queries over the logs of all functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.names import stack_name

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
QUERIES = {
    "event-timeline": """\
fields @timestamp, @log, level, message, event_type, errorMessage, @message
| filter @message like "PASTE-ID"
| sort @timestamp asc
| limit 1000""",
    "errors": """\
fields @timestamp, @log, message, errorType, errorMessage, correlation_id, event_id
| filter level in ["ERROR", "CRITICAL"] or ispresent(errorType)
| sort @timestamp desc
| limit 200""",
    "slow-events": """\
filter ispresent(event_id)
| stats (max(@timestamp) - min(@timestamp)) / 1000 as seconds, count(*) as lines by event_id
| filter lines > 1
| sort seconds desc
| limit 50""",
}
"""Queries for any program. The first takes any id that log lines carry."""


@dataclass(frozen=True, kw_only=True)
class LogQueriesArgs:
    """Which logs are queried, and how."""

    functions: Sequence[PythonFunction]

    queries: Mapping[str, str] = field(default_factory=dict)
    """Queries by name, in addition to `QUERIES`."""


class LogQueries(pulumi.ComponentResource):
    """Saved queries over the logs of some functions, in a folder named after the stack."""

    def __init__(
        self, name: str, args: LogQueriesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:LogQueries", name, {}, opts)
        for title, query in {**QUERIES, **args.queries}.items():
            aws.cloudwatch.QueryDefinition(
                f"{name}-{title}",
                name=f"{stack_name()}/{title}",
                query_string=query,
                log_group_names=[function.log_group_name for function in args.functions],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
