"""Who may call an HTTP API, from which web pages, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pulumi_serverless.blocks.argument_checks import require_at_least, require_between, require_list

PUBLIC_TAG = {"public": "intended"}
"""Tag of an API that anyone may call; shows a policy that this is intended."""

_ISSUER = re.compile(r"https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?")
_ORIGIN = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?|http://(127\.0\.0\.1|localhost)(:\d+)?")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_MAX_AUDIENCES = 50
_MAX_SCOPES = 10
_MAX_CORS_AGE_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class ApiAuth:
    """How an API authenticates its callers. Raises ValueError for what AWS would reject."""

    kind: str
    """Its name in configuration files."""

    request_headers: ClassVar[tuple[str, ...]] = ()
    """Headers that carry the caller's credentials."""

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError unless the settings fit an API with these routes."""


@dataclass(frozen=True, kw_only=True)
class NoAuth(ApiAuth):
    """Anyone may call. The API gets PUBLIC_TAG."""

    kind: Literal["none"] = "none"


@dataclass(frozen=True, kw_only=True)
class IamAuth(ApiAuth):
    """Callers sign with AWS credentials that may execute-api:Invoke the route."""

    kind: Literal["iam"] = "iam"

    request_headers: ClassVar = ("authorization", "x-amz-date", "x-amz-security-token")


@dataclass(frozen=True, kw_only=True)
class JwtAuth(ApiAuth):
    """Callers present a token that an OpenID Connect issuer has signed."""

    kind: Literal["jwt"] = "jwt"

    request_headers: ClassVar = ("authorization",)

    issuer: str
    """The token's `iss`, character by character; its keys are found below it. HTTPS; plain HTTP on
    the loopback is for the local emulator."""

    audiences: Sequence[str]
    """One of them is in the token's `aud` (or is its `client_id`), 1 to 50."""

    scopes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Route key to scopes, of which the token must have one. Empty: any valid token is accepted."""

    def __post_init__(self) -> None:
        if not _ISSUER.fullmatch(self.issuer):
            raise ValueError(
                f"issuer must be a URL like https://auth.example.com/, got {self.issuer!r}"
            )
        require_list("audiences", self.audiences)
        require_between("the number of audiences", len(self.audiences), 1, _MAX_AUDIENCES)
        for route_key, scopes in self.scopes.items():
            require_list(f"scopes of {route_key}", scopes)
            require_between(f"the number of scopes of {route_key}", len(scopes), 1, _MAX_SCOPES)

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError if scopes name a route that is not there, or leave one out."""
        if not self.scopes:
            return
        if unknown := sorted(set(self.scopes) - set(route_keys)):
            raise ValueError(
                f"scopes must name routes of the API ({', '.join(route_keys)}), "
                f"got {', '.join(unknown)}"
            )
        # Catch-all routes only respond with 404 or 405; every other route must be listed.
        named = [key for key in route_keys if key != "$default" and not key.startswith("ANY ")]
        if forgotten := [key for key in named if key not in self.scopes]:
            raise ValueError(
                f"scopes must name every route or none, missing {', '.join(forgotten)}"
            )


AUTH_KINDS: dict[str, type[ApiAuth]] = {"none": NoAuth, "iam": IamAuth, "jwt": JwtAuth}
"""Each way to authenticate, by its `kind` in configuration files."""


@dataclass(frozen=True, kw_only=True)
class ApiAccess:
    """Who may call an API, from which web pages, and how often."""

    auth: ApiAuth
    """Has no default, so that no API is open accidentally."""

    cors_origins: Sequence[str] = ()
    """Web pages that browsers let call, e.g. "https://shop.example.com"; none by default."""

    cors_max_age_seconds: int = 600
    """How long a browser caches the permission, 0 to 86400."""

    requests_per_second: int = 500
    """Steady rate above which the API responds with 429; the default quota of an account is
    10000."""

    burst_requests: int = 1_000
    """Burst of requests that is allowed above the rate."""

    def __post_init__(self) -> None:
        require_list("cors_origins", self.cors_origins)
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    "cors_origins must be origins like https://shop.example.com, without a path "
                    f"and never *, got {origin!r}"
                )
        require_between("cors_max_age_seconds", self.cors_max_age_seconds, 0, _MAX_CORS_AGE_SECONDS)
        for field_name in ("requests_per_second", "burst_requests"):
            # With 0 API Gateway rejects every request.
            require_at_least(field_name, getattr(self, field_name), 1)
