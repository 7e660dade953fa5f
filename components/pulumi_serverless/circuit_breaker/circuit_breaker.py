"""Circuit breakers for functions that call providers: `serverless_runtime.circuit_breaker`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import (
    AtLeast,
    Between,
    Distinct,
    Matches,
    Size,
    require_at_most,
    require_known,
)
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.monitoring.alarm import Alarm, make_alarms
from pulumi_serverless.blocks.monitoring.circuit_breakers import (
    circuit_breakers_section,
    opened_alarm,
    opened_graph,
)
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.names import component_name
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    KEY,
    LONGEST_COOL_DOWN_SECONDS,
    PROBE_SECONDS,
)
from serverless_runtime.circuit_breaker.settings.environment import circuit_breaker_environment

MAX_CIRCUITS = 20
MAX_COOL_DOWN_SECONDS = 3_600
MAX_PROBE_SECONDS = 930
"""Lambda's longest timeout, and half a minute."""

_CIRCUIT = Matches(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "1 to 64 letters, digits, dots, - and _, beginning with a letter or digit",
)


@dataclass(frozen=True, kw_only=True)
class CircuitBreakerArgs(Arguments):
    """Which providers are watched, and when they are not called."""

    foundation: Foundation
    """How the table is kept, and whom the alarms notify."""

    circuits: Annotated[Sequence[Annotated[str, _CIRCUIT]], Size(1, MAX_CIRCUITS), Distinct()]
    """A name for each provider, 1 to 20: letters, digits, dots, - and _."""

    failures_to_open: Annotated[int, Between(1, 100)] = FAILURES_TO_OPEN
    """Failures in a row, counted over all instances, after which a provider is not called any
    more; 1 to 100."""

    slow_call_seconds: float | None = None
    """A call that took longer counts as a failure, although its result is used; left out, only
    errors count. Less than the timeout of each function."""

    first_cool_down_seconds: Annotated[int, AtLeast(1)] = FIRST_COOL_DOWN_SECONDS
    """How long nothing is called after that, 1 or more; doubled by each probe that fails."""

    longest_cool_down_seconds: Annotated[int, Between(1, MAX_COOL_DOWN_SECONDS)] = (
        LONGEST_COOL_DOWN_SECONDS
    )
    """How long at most, 1 to 3600: a provider that is back is noticed within this time."""

    probe_seconds: Annotated[int, Between(2, MAX_PROBE_SECONDS)] = PROBE_SECONDS
    """When a probe whose function was killed counts as ended, 2 to 930; more than the timeout of
    each function."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_at_most(
            "first_cool_down_seconds", self.first_cool_down_seconds, self.longest_cool_down_seconds
        )
        if self.slow_call_seconds is not None and not self.slow_call_seconds > 0:
            raise ValueError(f"slow_call_seconds must be more than 0, got {self.slow_call_seconds}")


class CircuitBreaker(Component):
    """A table with a row per provider, which all instances of all functions share.

    The bundle of a function needs the packages `serverless_runtime.circuit_breaker` and
    `serverless_runtime.shared`.
    """

    table: Table
    """The states, by circuit."""

    environment: Mapping[str, pulumi.Input[str]]
    """What a function's environment needs; serverless_runtime.circuit_breaker reads it."""

    alarms: list[Alarm]
    """The alarms on circuit breakers that open, and on throttled requests."""

    functions: list[PythonFunction]
    """None of its own."""

    def __init__(
        self, name: str, args: CircuitBreakerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:CircuitBreaker", name, args, opts)
        self._name = name
        self._args = args
        child = pulumi.ResourceOptions(parent=self)
        [partition] = KEY
        self.table = Table(
            name, TableArgs(foundation=args.foundation, key=Key(partition=partition)), opts=child
        )
        self.environment = self._environment()
        self.functions = []
        alarms = [
            opened_alarm(
                name,
                f"A circuit breaker of {name} opened, after {args.failures_to_open} failed or slow "
                "calls in a row: its provider is not called for now, and callers use their "
                "fallback or get an error.",
                args.foundation,
            ),
            throttled_alarm(
                "circuit-breaker-throttled",
                self.table,
                table_label=f"the circuit breakers of {name}",
                foundation=args.foundation,
            ),
        ]
        self.alarms = make_alarms(name, alarms, child)
        self.register_outputs({})

    def allow(
        self,
        function: PythonFunction,
        circuits: Annotated[Sequence[str], Size(1, MAX_CIRCUITS), Distinct()],
    ) -> None:
        """Let `function` read and change the state of these circuits, and of no other.

        ValueError unless its environment contains `environment`, for an unknown circuit, if a probe
        of the function may last longer than `probe_seconds`, and if it is stopped before a call is
        slow.
        """
        args = self._args
        function.require_environment(self._name, self.environment)
        for number, circuit in enumerate(circuits):
            require_known(f"circuits[{number}] of {self._name}", circuit, args.circuits)
        if function.timeout_seconds >= args.probe_seconds:
            raise ValueError(
                f"probe_seconds of {self._name} must be more than the timeout of "
                f"{function.logical_name}, {function.timeout_seconds} s, got {args.probe_seconds}"
            )
        slow = args.slow_call_seconds
        if slow is not None and slow >= function.timeout_seconds:
            raise ValueError(
                f"slow_call_seconds of {self._name} must be less than the timeout of "
                f"{function.logical_name}, {function.timeout_seconds} s, got {slow:g}"
            )
        function.allow(
            f"use-{self._name}",
            actions=["dynamodb:GetItem", "dynamodb:UpdateItem"],
            resources=[self.table.arn],
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
            condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": list(circuits)}},
        )

    def dashboard_rows(self) -> list[DashboardRow]:
        """How often each circuit breaker opened."""
        graph = opened_graph(self._name, self._args.circuits)
        return [DashboardRow(title=f"Providers of {self._name}", graphs=[graph])]

    def log_queries(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where the states are."""
        return circuit_breakers_section(self._name, self.table, self._args.circuits, KEY)

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args = self._args
        slow = args.slow_call_seconds
        return circuit_breaker_environment(
            table_name=self.table.name,
            component=component_name(self._name),
            circuits=",".join(args.circuits),
            failures_to_open=str(args.failures_to_open),
            first_cool_down_seconds=str(args.first_cool_down_seconds),
            longest_cool_down_seconds=str(args.longest_cool_down_seconds),
            probe_seconds=str(args.probe_seconds),
            **({} if slow is None else {"slow_call_seconds": f"{slow:g}"}),
        )
