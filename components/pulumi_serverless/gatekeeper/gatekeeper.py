"""API keys, and who may call which route with them: `serverless_runtime.gatekeeper`.

client --> HTTP API --asks, and caches the decision for each route--> function --reads--> keys
               └── let in: the route's function, with the tenant          keys service --writes--┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from pulumi_serverless.blocks.callable_service import Repeatable
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_authorizers import LambdaAuth
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.gatekeeper.alarms import decisions_metric, gatekeeper_alarms
from pulumi_serverless.gatekeeper.args import GatekeeperArgs
from pulumi_serverless.gatekeeper.auth import GatekeeperAuth
from pulumi_serverless.gatekeeper.functions import make_authorizer, make_keys_function
from serverless_runtime.gatekeeper.log_messages import REFUSED as REFUSED_MESSAGE
from serverless_runtime.gatekeeper.metrics import DECISIONS, REASONS, REFUSED
from serverless_runtime.gatekeeper.settings import TENANT_INDEX

REFUSED_CALLERS = f"""\
filter message = "{REFUSED_MESSAGE}"
| stats count(*) as decisions by reason, route, key_id
| sort decisions desc
| limit 200"""


class Gatekeeper(Component):
    """Decides by keys who may call an API, and keeps the keys.

    Keys are issued, listed and revoked by an internal API, for which the program has

        InternalApi("keys", InternalApiArgs(
            function=gatekeeper.keys_function, operations=gatekeeper.keys_operations, …))

    and whoever may call it uses `serverless_runtime.gatekeeper.client`.
    """

    auth: LambdaAuth
    """What the API's access has as its auth. The functions behind the API find out who calls with
    `serverless_runtime.gatekeeper.caller`."""

    keys_function: PythonFunction
    """The function that issues, lists and revokes keys."""

    keys_operations: Mapping[str, Repeatable]
    """What it can be asked for."""

    table: Table
    """The keys: digests, never keys themselves."""

    alarms: Sequence[Alarm]
    """On requests that could not be decided on, on slowness, on refusals, and on the table."""

    functions: Sequence[PythonFunction]
    """The one that decides, and the one that keeps keys."""

    def __init__(
        self, name: str, args: GatekeeperArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Gatekeeper", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.table = Table(
            f"{name}-table",
            TableArgs(
                foundation=args.foundation,
                key=Key(partition="key_id"),
                indexes={TENANT_INDEX: Key(partition="tenant", sort="key_id")},
            ),
            opts=self._child,
        )
        decides = make_authorizer(name, args, self.table, self._child)
        self.auth = GatekeeperAuth(
            gatekeeper=name,
            longest_cache_seconds=args.cache_seconds,
            function=decides,
            cache_seconds=args.cache_seconds,
            routes=list(args.rights),
        )
        self.keys_function = make_keys_function(name, args, self.table, self._child)
        self.keys_operations = {"issue": "unsafe", "list": "safe", "revoke": "safe"}
        self.functions = [decides, self.keys_function]
        self.alarms = make_alarms(name, self._alarms(), self._child)
        self.register_outputs({})

    def dashboard_rows(self) -> list[DashboardRow]:
        """How it decides, why it refuses, and how long that takes."""
        name, decides = self._name, self.auth.function
        return [
            DashboardRow(
                title=f"Gatekeeper {name}",
                graphs=[
                    MetricGraph(
                        title="Decisions",
                        lines={
                            "decisions": decisions_metric(name, DECISIONS),
                            "refused": decisions_metric(name, REFUSED),
                            "errors": decides.metric("Errors", "Sum"),
                        },
                    ),
                    MetricGraph(
                        title="Refused",
                        lines={each: decisions_metric(name, REFUSED, each) for each in REASONS},
                    ),
                    MetricGraph(
                        title="Duration",
                        lines={each: decides.metric("Duration", each) for each in ("p50", "p99")},
                    ),
                ],
            )
        ]

    def log_queries(self) -> dict[str, str]:
        """Which keys were refused on which routes, and why."""
        return {"refused-callers": REFUSED_CALLERS}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing that tools need."""
        return {}

    def _alarms(self) -> list[AlarmArgs]:
        args, name = self._args, self._name
        own = gatekeeper_alarms(
            name,
            function=self.auth.function,
            thresholds=args.thresholds,
            foundation=args.foundation,
        )
        throttled = throttled_alarm(
            "table-throttled",
            self.table,
            table_label=f"the keys of {name}",
            foundation=args.foundation,
        )
        return [*own, throttled]
