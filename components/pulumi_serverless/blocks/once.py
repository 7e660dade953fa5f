"""Leases for functions whose events may arrive twice: `serverless_runtime.once.run_once`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from serverless_runtime.once.settings import LEASE_SECONDS, once_environment

MAX_LEASE_SECONDS = 930
"""Lambda's longest timeout, and half a minute."""


@dataclass(frozen=True, kw_only=True)
class OnceArgs(Arguments):
    """How leases are kept, and for how long they last."""

    foundation: Foundation
    """How the table is kept, and whom its alarm notifies."""

    lease_seconds: Annotated[int, Between(2, MAX_LEASE_SECONDS)] = LEASE_SECONDS
    """How long a run keeps others away, if it is killed before it ends, 2 to 930 and more than the
    timeout of each function. Lambda retries about a minute after a timeout: a longer lease makes
    that retry fail, too."""

    indexes: Mapping[str, Key] = field(default_factory=dict)
    """Further indexes of the table, for people."""


class Once(Component):
    """A table with a row per event and part of its work: a duplicate finds it done.

    The bundle of a function needs the packages `serverless_runtime.once` and
    `serverless_runtime.shared`.
    """

    table: Table
    """The leases, by event id and part of the work."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a function's environment needs; serverless_runtime.once.run_once reads it."""

    alarms: list[Alarm]
    """The alarm on throttled requests."""

    functions: list[PythonFunction]
    """None of its own."""

    def __init__(
        self, name: str, args: OnceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Once", name, args, opts)
        self._name = name
        self._lease_seconds = args.lease_seconds
        child = pulumi.ResourceOptions(parent=self)
        self.table = Table(
            name,
            TableArgs(
                foundation=args.foundation,
                key=Key(partition="event_id", sort="part"),
                indexes=args.indexes,
            ),
            opts=child,
        )
        self.environment = once_environment(
            table_name=self.table.name, lease_seconds=str(args.lease_seconds)
        )
        self.functions = []
        alarm = throttled_alarm(
            "once-throttled",
            self.table,
            table_label=f"the table {name}",
            foundation=args.foundation,
        )
        self.alarms = make_alarms(name, [alarm], child)
        self.register_outputs({})

    def allow(self, function: PythonFunction) -> None:
        """Let `function` acquire leases and record what is done, and nothing else.

        ValueError unless its environment contains `environment`, and if it may run longer than a
        lease lasts: then two runs could work at the same time.
        """
        function.require_environment(self._name, self.environment)
        if function.timeout_seconds >= self._lease_seconds:
            raise ValueError(
                f"lease_seconds of {self._name} must be more than the timeout of "
                f"{function.logical_name}, {function.timeout_seconds} s, got {self._lease_seconds}"
            )
        function.allow(
            f"lease-{self._name}",
            actions=["dynamodb:UpdateItem"],
            resources=[self.table.arn],
        )

    def dashboard_rows(self) -> list[DashboardRow]:
        """None of its own: the alarm is among the others."""
        return []

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing that tools read."""
        return {}
