"""What a route reaches through a small function of the library: `serverless_runtime.robust_api`.

API Gateway cannot reach these by itself. It calls a service without an envelope or a deadline; it
cannot invoke a function asynchronously from an HTTP API, nor write to an outbox; and it responds
that all is well when EventBridge has taken nothing (docs/decisions/0022).
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import pulumi

from pulumi_serverless.blocks.argument_checks import AtLeast, OneOf, require_known
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.callable_service import CallableService
from pulumi_serverless.blocks.circuit_breaking import CircuitBreaking
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_targets import MAX_FUNCTION_SECONDS
from pulumi_serverless.robust_api.fields import Fields, fields_json
from serverless_runtime.robust_api.settings import (
    PREFIX,
    REFUSALS,
    CallServiceSettings,
)
from serverless_runtime.shared.environment import environment_for

_OWN_SECONDS = 2
"""What a function needs besides the call: to start, and to respond."""


MaxConcurrency = Annotated[int, AtLeast(1)] | None


class Adapter(ABC):
    """What a route reaches through a function of its own."""

    fields: Mapping[str, str]
    """Those that the API writes."""

    max_concurrency: int | None
    """Reserved concurrency of the function, which is also its limit."""

    packages: ClassVar[tuple[str, ...]] = ()
    """Of the runtime, beside what all adapters need."""

    @abstractmethod
    def require_route(self, route_key: str) -> None:
        """ValueError unless a route with this key can reach the target."""

    @abstractmethod
    def function(
        self, name: str, foundation: Foundation, opts: pulumi.ResourceOptions | None = None
    ) -> PythonFunction:
        """Return the function, which may do what the route needs and nothing else."""

    def _function(
        self,
        name: str,
        handler: str,
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None,
        *,
        environment: Mapping[str, pulumi.Input[str]],
        timeout_seconds: int,
    ) -> PythonFunction:
        packages = ("robust_api", "web", "shared", *self.packages)
        code = FunctionCode(packages=[f"serverless_runtime.{each}" for each in packages])
        return PythonFunction(
            name,
            PythonFunctionArgs(
                foundation=foundation,
                handler=f"serverless_runtime.robust_api.handlers.{handler}.handle",
                code=code,
                environment=environment,
                timeout_seconds=timeout_seconds,
                reserved_concurrency=self.max_concurrency,
            ),
            opts=opts,
        )


@dataclass(frozen=True, kw_only=True)
class CallService(Arguments, Adapter):
    """The client waits for the answer of a service.

    The payload has the parameters of path and query and the fields of the body, each by its name;
    of those with one name the path's counts, and then the body's.
    """

    packages: ClassVar = ("service_calls", "circuit_breaker")

    service: CallableService
    """The service that is asked."""

    operation: str
    """Its operation."""

    refusals: Mapping[str, Annotated[int, OneOf(REFUSALS)]] = field(default_factory=dict)
    """Status of the response by the code of a refusal, e.g. 404 or 409; any other is a 422."""

    circuit_breakers: CircuitBreaking | None = None
    """Circuits, of which one has the service's name: while it is open, clients get a 503 at once.
    Left out, each waits for the service's budget."""

    fields: Fields = field(default_factory=dict)
    """Fields of the payload that the API writes, at most 10, e.g. {"customer":
    "$context.authorizer.claims.sub"}: a claim of a `JwtAuth`, `$context.authorizer.NAME` of a
    `LambdaAuth`, `$context.identity.userArn` of an `IamAuth`, or `$request.path.NAME`. Whatever
    else has their names does not count."""

    max_concurrency: MaxConcurrency = None
    """How many requests of the route its function works on at the same time, 1 or more, reserved
    for it; others get a 503. Left out, it shares what the account has with all functions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_known("operation", self.operation, self.service.operations_offered)
        if self._seconds > MAX_FUNCTION_SECONDS:
            raise ValueError(
                f"budget_seconds of {self.service.service_name} must be at most "
                f"{MAX_FUNCTION_SECONDS - _OWN_SECONDS} for a route, got "
                f"{self.service.budget_seconds:g}: an HTTP API gives up after 30 s"
            )

    def require_route(self, route_key: str) -> None:
        """ValueError for a method that is safe, such as GET, and could change something."""
        repeatable = self.service.operations_offered[self.operation]
        if route_key.startswith(("GET ", "HEAD ", "OPTIONS ")) and repeatable != "safe":
            raise ValueError(
                f"{route_key!r} must have a safe operation, got {self.operation} of "
                f"{self.service.service_name}: whoever follows a link would change something"
            )

    def function(
        self, name: str, foundation: Foundation, opts: pulumi.ResourceOptions | None = None
    ) -> PythonFunction:
        """Return a function that may call the service."""
        service, breakers = self.service, self.circuit_breakers
        settings = environment_for(
            CallServiceSettings,
            prefix=PREFIX,
            service=service.service_name,
            operation=self.operation,
            refusals=json.dumps(dict(self.refusals), separators=(",", ":")),
            **fields_json(self.fields),
            **({} if breakers is None else {"circuit_breaker": "1"}),
        )
        circuits = {} if breakers is None else breakers.environment
        function = self._function(
            name,
            "call_service",
            foundation,
            opts,
            environment={**service.environment, **circuits, **settings},
            timeout_seconds=self._seconds,
        )
        service.allow_caller(function)
        if breakers is not None:
            breakers.allow(function, [service.service_name])
        return function

    @property
    def _seconds(self) -> int:
        return math.ceil(self.service.budget_seconds) + _OWN_SECONDS
