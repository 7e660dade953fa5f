"""One answer out of several services: `serverless_runtime.aggregator`.

           ┌─invokes─> service, required
function ──┼─invokes─> service            all at the same time, within one deadline
           └─invokes─> service
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.aggregator.alarms import (
    AggregatorThresholds,
    aggregator_alarms,
    answers_metric,
    missing_metric,
)
from pulumi_serverless.blocks.argument_checks import Between, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.bundle import FunctionCode, require_packages
from pulumi_serverless.blocks.callable_service import CallableService
from pulumi_serverless.blocks.circuit_breaking import CircuitBreaking
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.names import component_name
from serverless_runtime.aggregator.metrics import ANSWERS, INCOMPLETE, WITHOUT_REQUIRED
from serverless_runtime.aggregator.settings import aggregator_environment

MIN_DEADLINE_SECONDS, MAX_DEADLINE_SECONDS = 0.2, 25
"""An HTTP API gives up after 30 s."""

MAX_BRANCHES = 10
"""Each is a thread, and a run that is paid for."""

_OWN_SECONDS = 2
"""What the function needs besides the branches: to start, and to answer."""

_PACKAGES = tuple(
    f"serverless_runtime.{each}"
    for each in ("aggregator", "circuit_breaker", "service_calls", "shared")
)

_BRANCH = Matches(
    r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "lower-case words with underscores, beginning with a letter"
)


@dataclass(frozen=True, kw_only=True)
class Branch(Arguments):
    """One part of the answer, and whom it comes from."""

    service: CallableService
    """The service that is asked."""

    operation: str
    """Its operation, a safe one: the answer does not wait for it longer than the deadline."""

    required: bool = False
    """Whether there is no answer without this branch."""

    seconds: float | None = None
    """How long this branch may take; left out, as long as the answer or the service's budget."""

    cache_seconds: Annotated[int, Between(0, 60)] = 0
    """How old an answer may be that stands in for one that is missing, 0 to 60. Each instance of
    the function has its own; 0 keeps none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds, name = self.service.operations_offered, self.service.service_name
        safe = [each for each, kind in kinds.items() if kind == "safe"]
        if self.operation not in safe:
            raise ValueError(
                f"operation must be a safe one of {name}, {', '.join(safe) or 'which has none'}, "
                f"got {self.operation!r}: an answer that does not wait must not change anything"
            )


@dataclass(frozen=True, kw_only=True)
class AggregatorArgs(Arguments):
    """Who puts the answer together, out of what, and within which time."""

    foundation: Foundation
    """What the function runs on, and whom alarms notify."""

    handler: Annotated[str, SameAs(PythonFunctionArgs, "handler")]
    """Import path of the handler, which calls `aggregator("name").ask({…}, …)`."""

    code: FunctionCode
    """What its zip contains: also `serverless_runtime.aggregator`, `circuit_breaker`,
    `service_calls` and `shared`."""

    branches: Annotated[Mapping[Annotated[str, _BRANCH], Branch], Size(1, MAX_BRANCHES)]
    """The parts of the answer by name, 1 to 10."""

    deadline_seconds: Annotated[float, Between(MIN_DEADLINE_SECONDS, MAX_DEADLINE_SECONDS)] = 3
    """How long an answer may take, 0.2 to 25."""

    circuit_breakers: CircuitBreaking | None = None
    """Circuits of the names of the services: one that is down is not asked. Left out, each answer
    waits for it."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """What else its environment contains."""

    memory_mb: Annotated[int | None, SameAs(PythonFunctionArgs, "memory_mb")] = None
    """Memory of the function, 128 to 10240; left out, that of the foundation's runtime."""

    thresholds: AggregatorThresholds = field(default_factory=AggregatorThresholds)
    """Alarm thresholds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_packages("code", self.code, _PACKAGES)
        asked: dict[tuple[str, str], str] = {}
        for name, branch in self.branches.items():
            if branch.seconds is not None and not 0 < branch.seconds <= self.deadline_seconds:
                raise ValueError(
                    f"seconds of the branch {name} must be more than 0 and at most "
                    f"deadline_seconds, {self.deadline_seconds:g}, got {branch.seconds:g}"
                )
            question = branch.service.service_name, branch.operation
            if (other := asked.setdefault(question, name)) != name:
                raise ValueError(
                    f"branches must ask for different things, got {'.'.join(question)} for "
                    f"{other} and {name}; let the handler use one answer twice"
                )


class Aggregator(Component):
    """A function that asks several services at the same time."""

    function: PythonFunction
    """The function, for a route or another caller."""

    alarms: Sequence[Alarm]
    """On incomplete answers, and on failures of the function itself."""

    functions: Sequence[PythonFunction]
    """The function that puts answers together; the services' own belong to them."""

    def __init__(
        self, name: str, args: AggregatorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Aggregator", name, args, opts)
        self._name = name
        self._args = args
        child = pulumi.ResourceOptions(parent=self)
        services = {each.service.service_name: each.service for each in args.branches.values()}
        longest = max(each.budget_seconds for each in services.values())
        self.function = PythonFunction(
            name,
            PythonFunctionArgs(
                foundation=args.foundation,
                handler=args.handler,
                code=args.code,
                timeout_seconds=math.ceil(max(args.deadline_seconds, longest) + _OWN_SECONDS),
                memory_mb=args.memory_mb,
                environment=self._environment(services),
            ),
            opts=child,
        )
        self.functions = [self.function]
        for each in services.values():
            each.allow_caller(self.function)
        if args.circuit_breakers is not None:
            args.circuit_breakers.allow(self.function, list(services))
        alarms = aggregator_alarms(
            name, function=self.function, thresholds=args.thresholds, foundation=args.foundation
        )
        self.alarms = make_alarms(name, alarms, child)
        self.register_outputs({})

    def dashboard_rows(self) -> list[DashboardRow]:
        """How many answers there are, what they lack, and how long they take."""
        name, function = self._name, self.function
        answers = {"answers": ANSWERS, "incomplete": INCOMPLETE, "none at all": WITHOUT_REQUIRED}
        return [
            DashboardRow(
                title=f"Answers of {name}",
                graphs=[
                    MetricGraph(
                        title="Answers",
                        lines={
                            label: answers_metric(name, each) for label, each in answers.items()
                        },
                    ),
                    MetricGraph(
                        title="Missing branches",
                        lines={each: missing_metric(name, each) for each in self._args.branches},
                    ),
                    MetricGraph(
                        title="Duration",
                        lines={each: function.metric("Duration", each) for each in ("p50", "p99")},
                    ),
                ],
            )
        ]

    def log_queries(self) -> dict[str, str]:
        """None of its own: the services have theirs."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Nothing that is kept."""
        return {}

    def _environment(self, services: Mapping[str, CallableService]) -> dict[str, pulumi.Input[str]]:
        args, environment = self._args, dict[str, pulumi.Input[str]]()
        for each in services.values():
            environment |= each.environment
        if args.circuit_breakers is not None:
            environment |= args.circuit_breakers.environment
        branches = {
            name: {
                "service": each.service.service_name,
                "operation": each.operation,
                "required": each.required,
                "seconds": args.deadline_seconds if each.seconds is None else each.seconds,
                "cache_seconds": each.cache_seconds,
            }
            for name, each in args.branches.items()
        }
        own = aggregator_environment(
            self._name,
            component=component_name(self._name),
            branches=json.dumps(branches, separators=(",", ":")),
            deadline_seconds=f"{args.deadline_seconds:g}",
            **({} if args.circuit_breakers is None else {"circuit_breakers": "1"}),
        )
        return {**args.environment, **environment, **own}
