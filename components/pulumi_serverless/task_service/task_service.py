"""The Task Service: an HTTP API over a table of tasks, which publishes task events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.event_publisher import EventPublisher
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.metric import metrics_environment
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.blocks.routes import DEFAULT_ROUTE
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.task_service.alarms import task_alarms
from pulumi_serverless.task_service.dashboard import api_row, functions_row
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.task_service.settings import STATUS_INDEX, TaskSettings

CODE = FunctionCode(
    packages=(
        "serverless_runtime.task_service",
        "serverless_runtime.handoff",
        "serverless_runtime.contracts",
        "serverless_runtime.shared",
    ),
)

# The headers of docs/openapi.yaml, for web pages.
REQUEST_HEADERS = ("content-type", "idempotency-key", "if-match", "x-correlation-id")
RESPONSE_HEADERS = ("etag", "location", "x-correlation-id")

# Longer than the calls of a request can take with all their retries, shorter than API Gateway's
# timeout of 30 s. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
TIMEOUT_SECONDS = 25


@dataclass(frozen=True, kw_only=True)
class TaskServiceArgs(Arguments):
    """Where task events go, and how the service runs."""

    foundation: Foundation
    """What the functions run on, how tasks are kept, and whom alarms notify."""

    events: EventPublisher
    """Where task events go, e.g. an AsyncHandoff. Only create, update and delete may publish.
    Its runtime class is a `serverless_runtime.handoff.event_publisher.EventPublisher`."""

    access: ApiAccess
    """Who may call the API, from which web pages, and how often."""

    thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """Alarm thresholds of the API."""


class TaskService(Component):
    """One API, one table, and one function with one role for each operation."""

    url: pulumi.Output[str]
    """Address of the API, without a trailing slash."""

    functions: list[PythonFunction]
    """One for each operation."""

    table: Table
    """The tasks."""

    api: HttpApi
    """What clients call."""

    alarms: list[Alarm]
    """Every alarm of the service."""

    def __init__(
        self, name: str, args: TaskServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:TaskService", name, args, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.table = Table(
            f"{name}-table",
            TableArgs(
                foundation=args.foundation,
                key=Key(partition="shard", sort="task_id"),
                indexes={STATUS_INDEX: Key(partition="status_shard", sort="task_id")},
            ),
            opts=self._child,
        )
        operations = self._operations()
        self.functions = list(operations.values())
        self.api = HttpApi(
            f"{name}-api",
            HttpApiArgs(
                foundation=args.foundation,
                routes=_routes(operations),
                access=args.access,
                request_headers=REQUEST_HEADERS,
                response_headers=RESPONSE_HEADERS,
            ),
            opts=self._child,
        )
        self.url = self.api.url
        alarms = task_alarms(
            name,
            self.api,
            self.table,
            thresholds=args.thresholds,
            foundation=args.foundation,
        )
        self.alarms = make_alarms(name, alarms, self._child)
        self.register_outputs({"url": self.url})

    def dashboard_rows(self) -> list[DashboardRow]:
        """The API, and the functions behind it."""
        return [api_row(self._name, self.api), functions_row(self._name, self.functions)]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing: the program exports the API's address if it wants to."""
        return {}

    def _operations(self) -> dict[str, PythonFunction]:
        tables = [self.table.arn, self.table.index_arn(STATUS_INDEX)]
        return {
            "create-task": self._writer("create-task", ["dynamodb:PutItem"]),
            "get-task": self._reader("get-task", "dynamodb:GetItem", [self.table.arn]),
            "list-tasks": self._reader("list-tasks", "dynamodb:Query", tables),
            "update-task": self._writer("update-task", ["dynamodb:GetItem", "dynamodb:PutItem"]),
            "delete-task": self._writer("delete-task", ["dynamodb:GetItem", "dynamodb:DeleteItem"]),
        }

    def _reader(
        self, operation: str, action: str, resources: list[pulumi.Output[str]]
    ) -> PythonFunction:
        function = self._function(operation)
        function.allow("read-tasks", actions=[action], resources=resources)
        return function

    def _writer(self, operation: str, actions: list[str]) -> PythonFunction:
        function = self._function(
            operation,
            {
                **self._args.events.environment,
                **metrics_environment(self._name),
            },
            event_publisher=self._args.events.runtime_class,
        )
        function.allow("write-tasks", actions=actions, resources=[self.table.arn])
        self._args.events.allow_caller(function)
        return function

    def _function(
        self,
        operation: str,
        environment: Mapping[str, pulumi.Input[str]] | None = None,
        **settings: str,
    ) -> PythonFunction:
        module = operation.replace("-", "_")
        return PythonFunction(
            f"{self._name}-{operation}",
            PythonFunctionArgs(
                foundation=self._args.foundation,
                handler=f"serverless_runtime.task_service.handlers.{module}.handle",
                code=_code_with(self._args.events.code),
                environment={
                    **environment_for(TaskSettings, tasks_table_name=self.table.name, **settings),
                    **(environment or {}),
                },
                timeout_seconds=TIMEOUT_SECONDS,
            ),
            opts=self._child,
        )


def _code_with(publisher: FunctionCode) -> FunctionCode:
    """Return the code of all functions, which share one zip."""
    return FunctionCode(
        packages=tuple(dict.fromkeys([*CODE.packages, *publisher.packages])),
        requirements=publisher.requirements,
        aws_services=publisher.aws_services,
    )


def _routes(operations: Mapping[str, PythonFunction]) -> dict[str, PythonFunction]:
    return {
        "POST /tasks": operations["create-task"],
        "GET /tasks": operations["list-tasks"],
        "GET /tasks/{taskId}": operations["get-task"],
        "PUT /tasks/{taskId}": operations["update-task"],
        "PATCH /tasks/{taskId}": operations["update-task"],
        "DELETE /tasks/{taskId}": operations["delete-task"],
        # Methods and paths that do not exist get a 405 or 404 from the API itself, by the
        # functions with the fewest permissions.
        "ANY /tasks": operations["list-tasks"],
        "ANY /tasks/{taskId}": operations["get-task"],
        DEFAULT_ROUTE: operations["list-tasks"],
    }
