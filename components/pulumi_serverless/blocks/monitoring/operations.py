"""What the person on call has before them: every alarm, the dashboard, the saved queries."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.dashboard import Dashboard, DashboardArgs
from pulumi_serverless.blocks.monitoring.log_queries import SavedQueries
from pulumi_serverless.handoff.async_handoff import AsyncHandoff
from pulumi_serverless.handoff.dashboard import stages
from pulumi_serverless.notification_service.notification_service import NotificationService
from pulumi_serverless.task_service.task_service import TaskService


@dataclass(frozen=True, kw_only=True)
class OperatorViewArgs:
    """What there is to see."""

    tasks: TaskService
    handoff: AsyncHandoff
    notifications: NotificationService


class OperatorView(pulumi.ComponentResource):
    """One dashboard and the saved queries over all services, and the names of all alarms."""

    functions: dict[str, PythonFunction]
    """Every function by its operation, e.g. "create-task"."""

    alarm_names: dict[str, pulumi.Output[str]]
    """Every alarm's name in AWS by its short name, the summary's included."""

    dashboard_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: OperatorViewArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:OperatorView", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        target = args.notifications.function
        self.functions = {**args.tasks.functions, "send-notification": target}
        if args.handoff.outbox is not None:
            self.functions["relay"] = args.handoff.outbox.relay

        alarms = [*args.handoff.alarms, *args.tasks.alarms, *args.notifications.alarms]
        own = {alarm.kind.value: alarm.name for alarm in alarms}
        self.alarm_names = args.handoff.alarm_names | own
        flow = stages(tasks=args.tasks, handoff=args.handoff, notifications=args.notifications)
        self.dashboard_name = Dashboard(
            f"{name}-dashboard",
            DashboardArgs(stages=flow, alarm_arns=[alarm.arn for alarm in alarms]),
            opts=child,
        ).name
        SavedQueries(f"{name}-queries", list(self.functions.values()), opts=child)
        self.register_outputs({})
