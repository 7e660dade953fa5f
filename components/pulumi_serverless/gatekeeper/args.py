"""What a gatekeeper is made of: what its keys are for, and how long a decision holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Distinct, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunctionArgs
from pulumi_serverless.blocks.http_authorizers import LambdaAuth
from pulumi_serverless.blocks.routes import require_route
from pulumi_serverless.gatekeeper.alarms import GatekeeperThresholds
from serverless_runtime.gatekeeper.settings import RIGHT

_RIGHT = Matches(RIGHT, "1 to 40 lower-case letters, digits and :._- that begin with a letter")
_PREFIX = Matches(r"[a-z][a-z0-9]{0,11}", "1 to 12 lower-case letters and digits, like shop")


MAX_RIGHTS_BYTES = 3_500
"""Lambda's 4096 for all variables, without names and the other values of the authorizer's."""


def rights_as_json(rights: Mapping[str, Sequence[str]]) -> str:
    """Return the rights as the authorizer's environment has them."""
    return json.dumps({each: list(own) for each, own in rights.items()}, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class GatekeeperArgs(Arguments):
    """What keys are for, and how long a decision about one holds."""

    foundation: Foundation
    """What the functions run on, how the table is kept, and whom alarms notify."""

    rights: Annotated[
        Mapping[str, Annotated[Sequence[Annotated[str, _RIGHT]], Size(0, 10), Distinct()]],
        Size(1, 100),
    ]
    """The 1 to 100 routes of the API, each with the rights of which a key must have one, like
    {"GET /loans": ["read"]}; with an empty list any key will do. On a catch-all route that
    is not here, nobody is let in. A WebService's HEAD is for whoever may GET; that of an HttpApi is
    a route like any other."""

    key_prefix: Annotated[str, _PREFIX] = "key"
    """What keys begin with, 1 to 12 lower-case letters and digits, so that people and scanners of
    repositories know them."""

    cache_seconds: Annotated[int, SameAs(LambdaAuth, "cache_seconds")] = 300
    """How long API Gateway uses a decision again, 0 to 3600. A key that is revoked or expires may
    be let in for as long."""

    memory_mb: Annotated[int | None, SameAs(PythonFunctionArgs, "memory_mb")] = None
    """Memory of both functions, 128 to 10240; left out, that of the foundation's runtime."""

    thresholds: GatekeeperThresholds = field(default_factory=GatekeeperThresholds)
    """Alarm thresholds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key in self.rights:
            require_route(route_key)
        if not any(self.rights.values()):
            raise ValueError(
                "rights must have at least one right for one of the routes, got none: a key is "
                "issued for rights"
            )
        size = len(rights_as_json(self.rights))
        if size > MAX_RIGHTS_BYTES:
            raise ValueError(
                f"rights must be at most {MAX_RIGHTS_BYTES} bytes as JSON, so that they fit into "
                f"the function's environment, got {size} for {len(self.rights)} routes: name fewer "
                "routes or rights, or divide the API between two gatekeepers"
            )
