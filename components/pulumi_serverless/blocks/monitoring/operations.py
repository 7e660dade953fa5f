"""What on-call engineers work with: the dashboard, Logs Insights queries, and a stack's directory.

A component is included by implementing `Watched`; nothing here knows a particular one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, CompositeAlarm
from pulumi_serverless.blocks.monitoring.dashboard import Dashboard, DashboardArgs, DashboardRow
from pulumi_serverless.blocks.monitoring.log_queries import LogQueries, LogQueriesArgs

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
class OperationsArgs:
    """What is operated."""

    foundation: Foundation
    """Where the alarms report, and where their runbooks are."""

    watched: Sequence[Watched]
    """The components, in the order data flows."""

    functions: Sequence[PythonFunction] = ()
    """The program's own functions, to be included in the queries and the outputs."""


class Operations(pulumi.ComponentResource):
    """The stack's dashboard and Logs Insights queries, and the names that tools need."""

    outputs: dict[str, Any]
    """Physical names by purpose; export them as the stack output `operations`."""

    def __init__(
        self, name: str, args: OperationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Operations", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        watched = args.watched
        alarms = [alarm for each in watched for alarm in each.alarms]
        declared = [*(each for one in watched for each in one.functions), *args.functions]
        functions = {function.logical_name: function for function in declared}
        dashboard = Dashboard(
            f"{name}-dashboard",
            DashboardArgs(
                rows=[row for each in watched for row in each.dashboard_rows()],
                alarm_arns=[alarm.arn for alarm in alarms],
            ),
            opts=child,
        )
        LogQueries(
            f"{name}-queries",
            LogQueriesArgs(
                functions=list(functions.values()),
                queries={
                    title: query for each in watched for title, query in each.log_queries().items()
                },
            ),
            opts=child,
        )
        self.outputs = {
            "alarmTopicArn": args.foundation.alarm_topic_arn,
            "dashboard": dashboard.name,
            "alarms": {alarm.pulumi_resource_name: alarm.name for alarm in alarms},
            "functions": {key: function.name for key, function in functions.items()},
            **_merged(each.operations() for each in watched),
        }
        self.register_outputs({})


def _merged(contributions: Iterable[Sections]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for sections in contributions:
        for section, entries in sections.items():
            merged.setdefault(section, {}).update(entries)
    return merged
