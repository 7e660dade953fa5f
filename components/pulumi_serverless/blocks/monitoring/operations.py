"""What the engineer on call works with: alarms, the dashboard, Logs Insights queries.

A component takes part by offering what `Watched` names; nothing here knows any component.
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
"""Section, e.g. "outboxes", to entries by name; values may be outputs."""


class Watched(Protocol):
    """A component that can be operated."""

    @property
    def alarms(self) -> Sequence[Alarm | CompositeAlarm]:
        """Every alarm that it has made."""

    @property
    def functions(self) -> Sequence[PythonFunction]:
        """Every function that it has made."""

    def dashboard_rows(self) -> Sequence[DashboardRow]:
        """Its rows of the dashboard, from top to bottom."""

    def log_queries(self) -> Mapping[str, str]:
        """Its own Logs Insights queries by name, beside those that every program has."""

    def operations(self) -> Sections:
        """What command-line tools need to know of it, by section and then by its own name."""


@dataclass(frozen=True, kw_only=True)
class OperationsArgs:
    """What there is to operate."""

    foundation: Foundation

    watched: Sequence[Watched]
    """The components, in the order data flows."""

    functions: Sequence[PythonFunction] = ()
    """Functions of the program's own, whose logs belong to the picture."""


class Operations(pulumi.ComponentResource):
    """The stack's dashboard and Logs Insights queries, and its directory for tools."""

    outputs: dict[str, Any]
    """The directory; export it as the stack's output `operations`."""

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
