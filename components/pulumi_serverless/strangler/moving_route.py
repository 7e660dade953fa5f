"""A route on its way from the old system to a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.api_access import ApiAuth, JwtAuth
from pulumi_serverless.blocks.argument_checks import Distinct, Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.function import PythonFunction
from serverless_runtime.strangler.settings.callers import (
    CLAIM,
    SOURCE_ADDRESS,
    require_caller_source,
)
from serverless_runtime.strangler.settings.stages import LEGACY, require_shadowable, stage_of

MAX_NEW_SECONDS = 28
"""An HTTP API gives up after 30 s, and the router has to answer by then."""


@dataclass(frozen=True, kw_only=True)
class MovingRoute(Arguments):
    """Who is to answer a route, and how far it has come."""

    new: PythonFunction
    """The function that is to answer, with the event of an HTTP API, payload 2.0; its timeout is at
    most 28 s."""

    stage: str | int = LEGACY
    """Who answers, unless `ops strangler set` has said something else: "legacy"; "shadow", which is
    legacy and a comparison with the new side, for GET and HEAD; how many of a hundred callers the
    new side answers, 0 to 100; or "new"."""

    sticky_by: str = SOURCE_ADDRESS
    """What a caller is recognised by, so that it stays on one side: `$request.header.NAME`,
    `$request.querystring.NAME`, `$request.cookie.NAME`, `$context.authorizer.claims.NAME`, or its
    address. Who has none is answered by legacy."""

    ignored: Annotated[Sequence[str], Size(0, 20), Distinct()] = ()
    """Names of members, at most 20, that comparisons of JSON pass over, wherever they are, such as
    times."""

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            stage_of(self.stage)
        except ValueError as error:
            raise ValueError(f"stage {error}") from None
        require_caller_source(self.sticky_by)
        if self.new.timeout_seconds > MAX_NEW_SECONDS:
            raise ValueError(
                f"the timeout of {self.new.logical_name} must be at most {MAX_NEW_SECONDS} s for "
                f"a moving route, got {self.new.timeout_seconds}: API Gateway gives up after 30 s"
            )

    @property
    def declared_stage(self) -> str:
        """The stage as the runtime writes it."""
        return stage_of(self.stage)

    def require_route(self, route_key: str, auth: ApiAuth) -> None:
        """ValueError if the route cannot be in the stage, or callers have no claim to go by."""
        require_shadowable(route_key, self.declared_stage)
        if self.sticky_by.startswith(CLAIM) and not isinstance(auth, JwtAuth):
            raise ValueError(
                f"sticky_by of {route_key} needs an API with JwtAuth, got {auth.kind!r}: nobody "
                f"has the claim {self.sticky_by.removeprefix(CLAIM)}, and legacy would answer all"
            )
