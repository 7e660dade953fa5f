"""A web service: an HTTP API, a function with a role of its own for each operation, and a table.

client --> HTTP API --route by route--> function --only its own actions--> table
               └── any other method or path --> a function that may do nothing: 405 or 404
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.http_api_alarms import api_alarms
from pulumi_serverless.blocks.monitoring.http_api_rows import api_graphs, functions_row
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.blocks.web_routes import catch_all_routes, methods_by_path
from pulumi_serverless.blocks.web_service_args import NO_ROUTE, WebOperation, WebServiceArgs
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.web.settings import NoRouteSettings, TableSettings

_NO_ROUTE_CODE = FunctionCode(packages=("serverless_runtime.web", "serverless_runtime.shared"))


class WebService(Component):
    """One API, one function with one role for each operation, and one table.

    Handlers are best written with `serverless_runtime.web`; the bundle then needs this package and
    `serverless_runtime.shared`. The table's name is `TABLE_NAME` in their environment, or
    `read_settings(TableSettings).table_name`.
    """

    url: pulumi.Output[str]
    """Address of the API, without a trailing slash."""

    functions: Sequence[PythonFunction]
    """One for each operation, and the one that responds to unknown methods and paths."""

    api: HttpApi
    """What clients call."""

    alarms: Sequence[Alarm]
    """On the API, and on throttled requests to the table."""

    def __init__(
        self, name: str, args: WebServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:WebService", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._table = None if args.key is None else self._make_table(args.key)
        self._operations = {
            each: self._operation(each, operation) for each, operation in args.operations.items()
        }
        self._no_route = self._make_no_route()
        self.functions = [*self._operations.values(), self._no_route]
        self.api = HttpApi(
            f"{name}-api",
            HttpApiArgs(
                foundation=args.foundation,
                routes=self._routes(),
                access=args.api_access(),
                request_headers=args.request_headers,
                response_headers=args.response_headers,
            ),
            opts=self._child,
        )
        self.url = self.api.url
        self.alarms = self._alarms()
        self.register_outputs({"url": self.url})

    @property
    def table(self) -> Table:
        """The table. ValueError if the service has none."""
        if self._table is None:
            raise ValueError(f"{self._name} must have a key to have a table, got none")
        return self._table

    def function(self, operation: str) -> PythonFunction:
        """Return the function of an operation, for further permissions. ValueError if there is no
        such operation."""
        if operation not in self._operations:
            raise ValueError(
                f"operation must be one of {', '.join(self._operations)}, got {operation!r}"
            )
        return self._operations[operation]

    def dashboard_rows(self) -> list[DashboardRow]:
        """The API, and the functions behind it."""
        name = self._name
        return [
            DashboardRow(title=f"Clients → API of {name}", graphs=api_graphs(self.api)),
            functions_row(f"Functions of {name}", {**self._operations, NO_ROUTE: self._no_route}),
        ]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing: the program exports the API's address if it wants to."""
        return {}

    def _make_table(self, key: Key) -> Table:
        args = self._args
        return Table(
            f"{self._name}-table",
            TableArgs(
                foundation=args.foundation,
                key=key,
                indexes=args.indexes,
                rows_expire=args.rows_expire,
            ),
            opts=self._child,
        )

    def _operation(self, name: str, operation: WebOperation) -> PythonFunction:
        table = self._table
        own = {} if table is None else environment_for(TableSettings, table_name=table.name)
        function = PythonFunction(
            f"{self._name}-{name}",
            PythonFunctionArgs(
                foundation=self._args.foundation,
                handler=operation.handler,
                code=self._args.code,
                environment={**own, **operation.environment},
                timeout_seconds=operation.timeout_seconds,
                memory_mb=operation.memory_mb,
            ),
            opts=self._child,
        )
        if table is not None and operation.table_actions:
            function.allow("use-table", actions=operation.table_actions, resources=[table.arn])
        for index, actions in operation.index_actions.items():
            if table is not None:
                function.allow(f"use-{index}", actions=actions, resources=[table.index_arn(index)])
        return function

    def _make_no_route(self) -> PythonFunction:
        supported = methods_by_path(list(self._args.routes()))
        return PythonFunction(
            f"{self._name}-{NO_ROUTE}",
            PythonFunctionArgs(
                foundation=self._args.foundation,
                handler="serverless_runtime.web.handlers.no_route.handle",
                code=_NO_ROUTE_CODE,
                environment=environment_for(
                    NoRouteSettings,
                    methods_by_path=json.dumps(supported, separators=(",", ":")),
                ),
            ),
            opts=self._child,
        )

    def _routes(self) -> dict[str, PythonFunction]:
        declared = self._args.routes()
        routes = {route_key: self._operations[name] for route_key, name in declared.items()}
        return {**routes, **dict.fromkeys(catch_all_routes(list(declared)), self._no_route)}

    def _alarms(self) -> list[Alarm]:
        args, name = self._args, self._name
        alarms = api_alarms(name, self.api, thresholds=args.thresholds, foundation=args.foundation)
        if self._table is not None:
            throttled = throttled_alarm(
                "table-throttled",
                self._table,
                table_label=f"the table of {name}",
                foundation=args.foundation,
            )
            alarms.append(throttled)
        return make_alarms(name, alarms, self._child)
