"""The Task Service: a web service over a table of tasks, which publishes task events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.event_publisher import EventPublisher
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.metric import metrics_environment
from pulumi_serverless.blocks.monitoring.alarm import Alarm
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.blocks.table import Key, Table
from pulumi_serverless.blocks.web_service import WebService
from pulumi_serverless.blocks.web_service_args import (
    TableAction,
    WebOperation,
    WebServiceArgs,
)
from pulumi_serverless.task_service.dashboard import handed_off_graph
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.task_service.settings import STATUS_INDEX, TaskWriterSettings

CODE = FunctionCode(
    packages=(
        "serverless_runtime.task_service",
        "serverless_runtime.handoff",
        "serverless_runtime.contracts",
        "serverless_runtime.web",
        "serverless_runtime.shared",
    ),
)

WRITERS = ("create-task", "update-task", "delete-task")
"""The operations that publish."""

_GET: TableAction = "dynamodb:GetItem"
_PUT: TableAction = "dynamodb:PutItem"
_DELETE: TableAction = "dynamodb:DeleteItem"
_QUERY: TableAction = "dynamodb:Query"

# Longer than the calls of a request can take with all their retries.
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

    functions: Sequence[PythonFunction]
    """One for each operation, and the one that responds to unknown methods and paths."""

    table: Table
    """The tasks."""

    api: HttpApi
    """What clients call."""

    alarms: Sequence[Alarm]
    """Every alarm of the service."""

    def __init__(
        self, name: str, args: TaskServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:TaskService", name, args, opts)
        self._name = name
        self._service = WebService(
            name,
            WebServiceArgs(
                foundation=args.foundation,
                operations=_operations(name, args.events),
                code=_code_with(args.events.code),
                access=args.access,
                key=Key(partition="shard", sort="task_id"),
                indexes={STATUS_INDEX: Key(partition="status_shard", sort="task_id")},
                thresholds=args.thresholds,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for operation in WRITERS:
            args.events.allow_caller(self._service.function(operation))
        self.functions = self._service.functions
        self.table = self._service.table
        self.api = self._service.api
        self.url = self.api.url
        self.alarms = self._service.alarms
        self.register_outputs({"url": self.url})

    def dashboard_rows(self) -> list[DashboardRow]:
        """The API, the functions behind it, and what they handed off."""
        api, functions = self._service.dashboard_rows()
        graphs = [*functions.graphs, handed_off_graph(self._name)]
        return [api, replace(functions, graphs=graphs)]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return self._service.log_queries()

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing: the program exports the API's address if it wants to."""
        return self._service.operations()


def _code_with(publisher: FunctionCode) -> FunctionCode:
    """Return the code of all functions, which share one zip."""
    return FunctionCode(
        packages=tuple(dict.fromkeys([*CODE.packages, *publisher.packages])),
        requirements=publisher.requirements,
        aws_services=publisher.aws_services,
    )


def _operations(name: str, events: EventPublisher) -> dict[str, WebOperation]:
    publishing: dict[str, pulumi.Input[str]] = {
        **environment_for(TaskWriterSettings, event_publisher=events.runtime_class),
        **events.environment,
        **metrics_environment(name),
    }
    task = "/tasks/{taskId}"
    return {
        "create-task": _operation("create_task", ["POST /tasks"], [_PUT], environment=publishing),
        "get-task": _operation("get_task", [f"GET {task}"], [_GET]),
        "list-tasks": _operation(
            "list_tasks", ["GET /tasks"], [_QUERY], index_actions={STATUS_INDEX: [_QUERY]}
        ),
        "update-task": _operation(
            "update_task", [f"PUT {task}", f"PATCH {task}"], [_GET, _PUT], environment=publishing
        ),
        "delete-task": _operation(
            "delete_task", [f"DELETE {task}"], [_GET, _DELETE], environment=publishing
        ),
    }


def _operation(
    module: str, routes: Sequence[str], table_actions: Sequence[TableAction], **settings: Any
) -> WebOperation:
    return WebOperation(
        routes=routes,
        handler=f"serverless_runtime.task_service.handlers.{module}.handle",
        table_actions=table_actions,
        timeout_seconds=TIMEOUT_SECONDS,
        **settings,
    )
