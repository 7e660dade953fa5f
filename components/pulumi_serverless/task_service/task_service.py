"""The Task Service: an HTTP API over a table of tasks, which hands task events off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import DEFAULT_ROUTE, HttpApi, HttpApiArgs
from pulumi_serverless.blocks.monitoring.alarm import Alarm
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.table_alarm import throttled_alarm
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.handoff.async_handoff import AsyncHandoff
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.shared.metrics import MetricsSettings
from serverless_runtime.task_service.settings import STATUS_INDEX, TaskSettings

CODE = FunctionCode(
    packages=(
        "serverless_runtime.task_service",
        "serverless_runtime.handoff",
        "serverless_runtime.contracts",
        "serverless_runtime.shared",
    ),
)

# What a web page needs of docs/openapi.yaml.
REQUEST_HEADERS = ("content-type", "idempotency-key", "if-match", "x-correlation-id")
RESPONSE_HEADERS = ("etag", "location", "x-correlation-id")


# Longer than the calls of a request can take with all their retries, shorter than the 30 s after
# which API Gateway gives up. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
TIMEOUT_SECONDS = 25


@dataclass(frozen=True, kw_only=True)
class TaskServiceArgs:
    """What the Task Service hands its events to, and how it runs."""

    handoff: AsyncHandoff
    """Where task events go. Only create, update and delete may hand off."""

    access: ApiAccess
    """Who may call the API, from which web pages, and how often."""

    alarm_topic_arn: pulumi.Input[str]
    """Topic that the service's alarms report to."""

    thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """From when on the API's alarms go off."""

    runtime: Runtime = field(default_factory=Runtime)
    """What the functions run on."""

    protect_data: bool = True
    """Keep point-in-time recovery of the tasks, and refuse to delete their table."""


class TaskService(pulumi.ComponentResource):
    """One API, one table, and one function with one role for each operation."""

    url: pulumi.Output[str]
    """Where the API answers, without a trailing slash."""

    functions: dict[str, PythonFunction]
    """The functions by operation: create-task, get-task, list-tasks, update-task, delete-task."""

    table: Table
    """The tasks."""

    api: HttpApi
    alarms: list[Alarm]

    def __init__(
        self, name: str, args: TaskServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:TaskService", name, {}, opts)
        self._name = name
        self._args = args
        self.table = Table(
            f"{name}-table",
            TableArgs(
                key=Key(partition="shard", sort="task_id"),
                indexes={STATUS_INDEX: Key(partition="status_shard", sort="task_id")},
                protect_data=args.protect_data,
                encryption_key=args.runtime.encryption_key,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.functions = {
            "create-task": self._writer("create-task", ["dynamodb:PutItem"]),
            "get-task": self._reader("get-task", "dynamodb:GetItem", [self.table.arn]),
            "list-tasks": self._reader(
                "list-tasks",
                "dynamodb:Query",
                [self.table.arn, self.table.index_arn(STATUS_INDEX)],
            ),
            "update-task": self._writer("update-task", ["dynamodb:GetItem", "dynamodb:PutItem"]),
            "delete-task": self._writer("delete-task", ["dynamodb:GetItem", "dynamodb:DeleteItem"]),
        }
        self.api = HttpApi(
            f"{name}-api",
            HttpApiArgs(
                routes=self._routes(),
                access=args.access,
                request_headers=REQUEST_HEADERS,
                response_headers=RESPONSE_HEADERS,
                runtime=args.runtime,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.url = self.api.url
        self.alarms = self._alarms()
        self.register_outputs({"url": self.url})

    def _alarms(self) -> list[Alarm]:
        child = pulumi.ResourceOptions(parent=self)
        topic_arn = self._args.alarm_topic_arn
        throttled = throttled_alarm(
            f"{self._name}-table-throttled",
            AlarmKind.TABLE_THROTTLED,
            self.table,
            what=f"the table of {self._name}",
            topic_arn=topic_arn,
            opts=child,
        )
        api = api_alarms(
            self._name,
            api=self.api,
            thresholds=self._args.thresholds,
            topic_arn=topic_arn,
            opts=child,
        )
        return [*api, throttled]

    def _routes(self) -> dict[str, PythonFunction]:
        functions = self.functions
        return {
            "POST /tasks": functions["create-task"],
            "GET /tasks": functions["list-tasks"],
            "GET /tasks/{taskId}": functions["get-task"],
            "PUT /tasks/{taskId}": functions["update-task"],
            "PATCH /tasks/{taskId}": functions["update-task"],
            "DELETE /tasks/{taskId}": functions["delete-task"],
            # Methods and paths that do not exist get a 405 or 404 in the API's own words, from
            # the functions that may do least.
            "ANY /tasks": functions["list-tasks"],
            "ANY /tasks/{taskId}": functions["get-task"],
            DEFAULT_ROUTE: functions["list-tasks"],
        }

    def _reader(
        self, operation: str, action: str, resources: list[pulumi.Output[str]]
    ) -> PythonFunction:
        function = self._function(operation)
        function.allow("read-tasks", actions=[action], resources=resources)
        return function

    def _writer(self, operation: str, actions: list[str]) -> PythonFunction:
        stack = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        function = self._function(
            operation,
            {
                **self._args.handoff.environment,
                **environment_for(MetricsSettings, metrics_stack=stack),
            },
        )
        function.allow("write-tasks", actions=actions, resources=[self.table.arn])
        self._args.handoff.allow_caller(function)
        return function

    def _function(
        self, operation: str, environment: Mapping[str, pulumi.Input[str]] | None = None
    ) -> PythonFunction:
        module = operation.replace("-", "_")
        return PythonFunction(
            f"{self._name}-{operation}",
            PythonFunctionArgs(
                handler=f"serverless_runtime.task_service.handlers.{module}.handle",
                code=CODE,
                runtime=self._args.runtime,
                environment={
                    **environment_for(TaskSettings, tasks_table_name=self.table.name),
                    **(environment or {}),
                },
                timeout_seconds=TIMEOUT_SECONDS,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
