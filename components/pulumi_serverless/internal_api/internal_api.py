"""A service that other functions call and wait for: `serverless_runtime.service_calls`.

caller --invokes, with a deadline--> function --answers--> caller
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Between, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.callable_service import Repeatable
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph, metric_graph
from pulumi_serverless.blocks.names import component_name
from pulumi_serverless.internal_api.alarms import (
    ServiceThresholds,
    service_alarms,
    unanswered_metric,
)
from pulumi_serverless.internal_api.chains import add_call
from serverless_runtime.service_calls.log_messages import UNANSWERED
from serverless_runtime.service_calls.metrics import REASONS
from serverless_runtime.service_calls.settings import service_environment

MIN_BUDGET_SECONDS, MAX_BUDGET_SECONDS = 0.1, 28
"""An HTTP API, which waits for most of these calls, gives up after 30 s."""

_CALLERS_OWN_SECONDS = 1
"""What a caller needs besides, to start and to answer."""

_OPERATION = Matches(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case words with hyphens, beginning with a letter"
)

_UNANSWERED_CALLS = f"""\
filter message = "{UNANSWERED}"
| fields @timestamp, @log, service, operation, reason, text, correlation_id
| sort @timestamp desc
| limit 200"""


@dataclass(frozen=True, kw_only=True)
class InternalApiArgs(Arguments):
    """Who answers, what it can be asked for, and how long callers wait."""

    foundation: Foundation
    """Whom alarms notify."""

    function: PythonFunction
    """The function that answers; its handler is `service_entry({…})`."""

    operations: Annotated[Mapping[Annotated[str, _OPERATION], Repeatable], Size(1, 50)]
    """1 to 50 operations by name, each "safe" or "unsafe". A safe one may be done twice with the
    result of once, such as a read: callers repeat it once if it failed. Others they never
    repeat."""

    budget_seconds: float = 3
    """How long a call may take, 0.1 to 28, with its retry. Callers may wait less, never longer; at
    most the function's timeout."""

    version: Annotated[int, Between(1, 1_000_000)] = 1
    """Version of the operations and their payloads, 1 or more. Raise it with a change that callers
    of before do not understand, and let the handler's `versions` have both for as long as there
    are such callers."""

    thresholds: ServiceThresholds = field(default_factory=ServiceThresholds)
    """Alarm thresholds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not MIN_BUDGET_SECONDS <= self.budget_seconds <= MAX_BUDGET_SECONDS:
            raise ValueError(
                f"budget_seconds must be between {MIN_BUDGET_SECONDS} and {MAX_BUDGET_SECONDS}, "
                f"got {self.budget_seconds:g}; hand work that takes longer to a queue"
            )
        if self.budget_seconds > self.function.timeout_seconds:
            raise ValueError(
                f"budget_seconds must be at most the timeout of {self.function.logical_name}, "
                f"{self.function.timeout_seconds} s, got {self.budget_seconds:g}: nobody answers "
                "after it"
            )


class InternalApi(Component):
    """A service for other functions of the account, without HTTP in between."""

    service_name: str
    """Its name in the program, as callers name it."""

    operations_offered: Mapping[str, Repeatable]
    """What it can be asked for."""

    budget_seconds: float
    """How long a call may take at most."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a caller's environment needs; serverless_runtime.service_calls reads it."""

    alarms: Sequence[Alarm]
    """On failures, throttling, slowness, and calls without an answer."""

    functions: Sequence[PythonFunction]
    """The function that answers."""

    def __init__(
        self, name: str, args: InternalApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:InternalApi", name, args, opts)
        self._args = args
        self.service_name = name
        self.operations_offered = args.operations
        self.budget_seconds = args.budget_seconds
        self.environment = self._environment()
        self.functions = [args.function]
        alarms = service_alarms(
            name,
            function=args.function,
            budget_seconds=args.budget_seconds,
            thresholds=args.thresholds,
            foundation=args.foundation,
        )
        self.alarms = make_alarms(name, alarms, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})

    def allow_caller(self, caller: LambdaFunction) -> None:
        """Let `caller` call the service, and nothing else.

        ValueError unless its environment contains `environment`, if it is stopped before the answer
        may come, and for calls in a circle, too many in a row, or with more time behind than in
        front.
        """
        caller.require_environment(self.service_name, self.environment)
        needed = self.budget_seconds + _CALLERS_OWN_SECONDS
        if caller.timeout_seconds < needed:
            raise ValueError(
                f"the timeout of {caller.logical_name} must be at least {needed:g} s, which is "
                f"budget_seconds of {self.service_name} and {_CALLERS_OWN_SECONDS} s more, got "
                f"{caller.timeout_seconds}"
            )
        add_call(caller, self._args.function, self.budget_seconds)
        caller.allow(
            f"call-{self.service_name}",
            actions=["lambda:InvokeFunction"],
            resources=[self._args.function.arn],
        )

    def dashboard_rows(self) -> list[DashboardRow]:
        """What the service does, how long it takes, and what its callers do without."""
        name, function = self.service_name, self._args.function
        calls = {"calls": "Invocations", "errors": "Errors", "throttled": "Throttles"}
        return [
            DashboardRow(
                title=f"Service {name}",
                graphs=[
                    metric_graph("Calls", function.metric, "Sum", calls),
                    MetricGraph(
                        title="Duration",
                        lines={each: function.metric("Duration", each) for each in ("p50", "p99")},
                    ),
                    MetricGraph(
                        title="Without an answer",
                        lines={each: unanswered_metric(name, each) for each in REASONS},
                    ),
                ],
            )
        ]

    def log_queries(self) -> dict[str, str]:
        """Which calls had no answer, and why."""
        return {"unanswered-calls": _UNANSWERED_CALLS}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing that is kept: who waits is told."""
        return {}

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args = self._args
        by_kind = {
            kind: ",".join(name for name, its in args.operations.items() if its == kind)
            for kind in ("safe", "unsafe")
        }
        return service_environment(
            self.service_name,
            function_arn=args.function.arn,
            component=component_name(self.service_name),
            version=str(args.version),
            budget_seconds=f"{args.budget_seconds:g}",
            **{kind: names for kind, names in by_kind.items() if names},
        )
