"""What an API that a gatekeeper guards has as its auth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_serverless.blocks.api_access import require_each_route
from pulumi_serverless.blocks.http_authorizers import LambdaAuth


@dataclass(frozen=True, kw_only=True)
class GatekeeperAuth(LambdaAuth):
    """A gatekeeper decides. What it promises about revoked keys holds for each copy of this."""

    gatekeeper: str
    """Its name in the program."""

    longest_cache_seconds: int
    """For how long at most a decision may hold: `letInUntil` counts on it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cache_seconds > self.longest_cache_seconds:
            raise ValueError(
                f"cache_seconds of the auth of {self.gatekeeper} must be at most "
                f"{self.longest_cache_seconds}, that of the gatekeeper, got {self.cache_seconds}: "
                "a revoked key would be let in for longer than revoke says; set it in "
                "GatekeeperArgs"
            )

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError if there are rights for a route that is not there, or none for one."""
        require_each_route(
            f"rights of {self.gatekeeper}",
            self.routes,
            route_keys,
            needed="every route of the API",
        )
