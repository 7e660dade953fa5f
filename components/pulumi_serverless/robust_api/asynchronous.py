"""Routes that respond before the work is done: 202, once it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import pulumi

from pulumi_serverless.blocks.argument_checks import Matches
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bus import Bus
from pulumi_serverless.blocks.event_publisher import EventPublisher
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.send_to_queue import SENDING_METHODS
from pulumi_serverless.robust_api.adapters import Adapter, MaxConcurrency
from pulumi_serverless.robust_api.fields import Fields, fields_json, require_all_variables
from serverless_runtime.robust_api.settings import PREFIX, HandOffSettings, PutOnBusSettings
from serverless_runtime.shared.environment import environment_for

_TIMEOUT_SECONDS = 15
"""More than the AWS clients' attempts take altogether."""

_HANDOFF_CLASS = "serverless_runtime.handoff.Handoff"

_TYPE = Matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", "like order.placed, at most 128 characters")
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
_SOURCE = Matches(
    r"(?!aws\.)[A-Za-z0-9/][A-Za-z0-9/._-]{0,255}",
    'like "shop" or "com.example.shop", at most 256 characters, and not aws., which is reserved',
)


class _Asynchronous(Adapter):
    """Nobody waits for the work."""

    def require_route(self, route_key: str) -> None:
        """ValueError for a route of requests that have no body, or that say what would be lost."""
        method = route_key.partition(" ")[0]
        if method not in SENDING_METHODS:
            raise ValueError(
                f"an asynchronous route must have one of the methods {', '.join(SENDING_METHODS)}, "
                f"got {route_key!r}: it responds before anything is done"
            )
        require_all_variables(route_key, self.fields)


@dataclass(frozen=True, kw_only=True)
class HandOff(Arguments, _Asynchronous):
    """The body, a JSON object, is handed off: 202 once it is in the outbox.

    With an `Idempotency-Key`, a repeated request is the same event.
    """

    packages: ClassVar = ("handoff",)

    handoff: EventPublisher
    """To whom: an AsyncHandoff."""

    event_type: Annotated[str, _TYPE]
    """What has happened, e.g. "order.placed"."""

    fields: Fields = field(default_factory=dict)
    """Fields of the payload that the API writes, at most 10, e.g. {"customer":
    "$context.authorizer.claims.sub"}: a claim of a `JwtAuth`, `$context.authorizer.NAME` of a
    `LambdaAuth`, `$context.identity.userArn` of an `IamAuth`, or `$request.path.NAME`. A body
    that has them itself is a 400."""

    max_concurrency: MaxConcurrency = None
    """How many requests of the route its function works on at the same time, 1 or more, reserved
    for it; others get a 503. Left out, it shares what the account has with all functions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.handoff.runtime_class != _HANDOFF_CLASS:
            raise ValueError(
                f"handoff must be an AsyncHandoff, got one with {self.handoff.runtime_class}"
            )

    def function(
        self, name: str, foundation: Foundation, opts: pulumi.ResourceOptions | None = None
    ) -> PythonFunction:
        """Return a function that may hand off."""
        settings = environment_for(
            HandOffSettings,
            prefix=PREFIX,
            event_type=self.event_type,
            event_source=f"/{name}",
            **fields_json(self.fields),
        )
        function = self._function(
            name,
            "hand_off",
            foundation,
            opts,
            environment={**self.handoff.environment, **settings},
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        self.handoff.allow_caller(function)
        return function


@dataclass(frozen=True, kw_only=True)
class PutOnBus(Arguments, _Asynchronous):
    """The body, a JSON object, becomes the `detail` of an event: 202 once EventBridge has it."""

    bus: Bus
    """The bus."""

    source: Annotated[str, _SOURCE]
    """Who says so, e.g. "shop"."""

    detail_type: Annotated[str, _TYPE]
    """What has happened, e.g. "product.viewed"."""

    fields: Fields = field(default_factory=dict)
    """Fields of the detail that the API writes, at most 10, e.g. {"customer":
    "$context.authorizer.claims.sub"}: a claim of a `JwtAuth`, `$context.authorizer.NAME` of a
    `LambdaAuth`, `$context.identity.userArn` of an `IamAuth`, or `$request.path.NAME`. A body
    that has them itself is a 400."""

    max_concurrency: MaxConcurrency = None
    """How many requests of the route its function works on at the same time, 1 or more, reserved
    for it; others get a 503. Left out, it shares what the account has with all functions."""

    def function(
        self, name: str, foundation: Foundation, opts: pulumi.ResourceOptions | None = None
    ) -> PythonFunction:
        """Return a function that may put events on the bus."""
        settings: dict[str, Any] = environment_for(
            PutOnBusSettings,
            prefix=PREFIX,
            bus_name=self.bus.name,
            source=self.source,
            detail_type=self.detail_type,
            **fields_json(self.fields),
        )
        function = self._function(
            name,
            "put_on_bus",
            foundation,
            opts,
            environment=settings,
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        self.bus.allow_publisher(function)
        return function
