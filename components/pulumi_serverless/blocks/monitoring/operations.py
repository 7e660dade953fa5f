"""What on-call engineers work with: the dashboard, Logs Insights queries, and a stack's directory.

A component is included by implementing `Watched`; nothing here knows a particular one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import MAX_LOG_GROUPS_OF_QUERY, in_parts
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, CompositeAlarm
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, dashboard_bodies
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

Sections = Mapping[str, Mapping[str, Any]]
"""Section, e.g. "functions", to entries by name; values may be outputs."""


class Watched(Protocol):
    """A component that is included in the dashboard, the queries and the outputs."""

    @property
    def alarms(self) -> Sequence[Alarm | CompositeAlarm]:
        """Its alarms."""

    @property
    def functions(self) -> Sequence[PythonFunction]:
        """Its functions."""

    def dashboard_rows(self) -> Sequence[DashboardRow]:
        """Return its rows of the dashboard, from top to bottom."""

    def log_queries(self) -> Mapping[str, str]:
        """Return its own Logs Insights queries by name, in addition to those for any program."""

    def operations(self) -> Sections:
        """Return what command-line tools need to find, by section and then by its own name."""


@dataclass(frozen=True, kw_only=True)
class OperationsArgs(Arguments):
    """What is operated."""

    foundation: Foundation
    """The topic that alarms notify, and the location of their runbooks."""

    watched: Sequence[Watched] = ()
    """The components, in the order data flows."""

    functions: Sequence[PythonFunction] = ()
    """The program's own functions, to be included in the queries and the outputs."""

    alarms: Sequence[Alarm | CompositeAlarm] = ()
    """The program's own alarms, to be included in the dashboard and the outputs."""


class Operations(Component):
    """The stack's dashboard and Logs Insights queries, and the names that tools need.

    What is too much for one dashboard is on a second one, `<stack>-2`, and a query over more than
    50 functions is several: CloudWatch takes no more.
    """

    outputs: dict[str, Any]
    """Physical names by purpose; export them as the stack output `operations`."""

    def __init__(
        self, name: str, args: OperationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Operations", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        watched = args.watched
        alarms = [*(alarm for each in watched for alarm in each.alarms), *args.alarms]
        declared = [*(each for one in watched for each in one.functions), *args.functions]
        functions = {function.logical_name: function for function in declared}
        bodies = dashboard_bodies(
            [row for each in watched for row in each.dashboard_rows()],
            [alarm.arn for alarm in alarms],
            aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=self)).region,
        )
        dashboards = [
            aws.cloudwatch.Dashboard(
                f"{name}-dashboard{_suffix(number)}",
                dashboard_name=f"{stack_name()}{_suffix(number)}",
                dashboard_body=body,
                opts=child,
            )
            for number, body in enumerate(bodies)
        ]
        queries = _merged(
            [{"log query": QUERIES}, *({"log query": each.log_queries()} for each in watched)]
        )
        log_groups = [function.log_group_name for function in functions.values()]
        for number, part in enumerate(in_parts(log_groups, MAX_LOG_GROUPS_OF_QUERY) or [[]]):
            for title, query in queries["log query"].items():
                aws.cloudwatch.QueryDefinition(
                    f"{name}-queries-{title}{_suffix(number)}",
                    name=f"{stack_name()}/{title}{_suffix(number)}",
                    query_string=query,
                    log_group_names=part,
                    opts=child,
                )
        own: Sections = {
            "alarms": {alarm.pulumi_resource_name: alarm.name for alarm in alarms},
            "functions": {key: function.name for key, function in functions.items()},
        }
        self.outputs = {
            "alarmTopicArn": args.foundation.alarm_topic_arn,
            "dashboard": dashboards[0].dashboard_name,
            **_merged([own, *(each.operations() for each in watched)]),
        }
        self.register_outputs({})


def _suffix(number: int) -> str:
    """Return what the name of the first of several does not have."""
    return f"-{number + 1}" if number else ""


def _merged(contributions: Iterable[Sections]) -> dict[str, dict[str, Any]]:
    """Join the sections of several components. ValueError if two use one name for two things."""
    merged: dict[str, dict[str, Any]] = {}
    for sections in contributions:
        for section, entries in sections.items():
            known = merged.setdefault(section, {})
            for name, entry in entries.items():
                if known.setdefault(name, entry) != entry:
                    raise ValueError(
                        f"every entry of {section} must have a name of its own, got two of {name!r}"
                    )
    return merged
