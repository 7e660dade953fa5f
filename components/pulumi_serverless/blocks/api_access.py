"""Who may call an HTTP API, from which web pages, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pulumi_serverless.blocks.argument_checks import AtLeast, Between, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments
from serverless_runtime.shared.addresses import is_domain

PUBLIC_TAG = {"public": "intended"}
"""Tag of an API that anyone may call; shows a policy that this is intended."""

HeaderName = Annotated[
    str, Matches(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", "the name of a header, like idempotency-key")
]
"""https://www.rfc-editor.org/rfc/rfc9110#section-5.1"""

# How a browser writes an origin: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("127.0.0.1", "localhost")
_MAX_PORT = 65_535

# Numbers of audiences, scopes and seconds:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html


@dataclass(frozen=True, kw_only=True)
class ApiAuth(Arguments):
    """How an API authenticates its callers. Raises ValueError for what AWS would reject."""

    kind: str
    """Its name in configuration files."""

    @property
    def request_headers(self) -> Sequence[str]:
        """Headers that carry the caller's credentials."""
        return ()

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError unless the settings fit an API with these routes."""

    def with_copies(self, copies: Mapping[str, str]) -> ApiAuth:
        """Return the same for an API that has further routes, each for whom another one is."""
        return self


@dataclass(frozen=True, kw_only=True)
class NoAuth(ApiAuth):
    """Anyone may call. The API gets PUBLIC_TAG."""

    kind: Literal["none"] = "none"


@dataclass(frozen=True, kw_only=True)
class IamAuth(ApiAuth):
    """Callers sign with AWS credentials that may execute-api:Invoke the route."""

    kind: Literal["iam"] = "iam"

    @property
    def request_headers(self) -> Sequence[str]:
        """Headers that carry the signature."""
        return ("authorization", "x-amz-date", "x-amz-security-token")


@dataclass(frozen=True, kw_only=True)
class JwtAuth(ApiAuth):
    """Callers present a token that an OpenID Connect issuer has signed."""

    kind: Literal["jwt"] = "jwt"

    issuer: Annotated[
        str,
        Matches(
            r"https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?",
            "a URL like https://auth.example.com/",
        ),
    ]
    """The token's `iss`, character by character; its keys are found below it. HTTPS; plain HTTP on
    the loopback is for the local emulator."""

    audiences: Annotated[Sequence[str], Size(1, 50)]
    """One of them is in the token's `aud` (or is its `client_id`), 1 to 50."""

    scopes: Mapping[str, Annotated[Sequence[str], Size(1, 10)]] = field(default_factory=dict)
    """Route key to scopes, of which the token must have one. Empty: any valid token is accepted."""

    @property
    def request_headers(self) -> Sequence[str]:
        """The header that carries the token."""
        return ("authorization",)

    def require_routes(self, route_keys: Sequence[str]) -> None:
        """ValueError if scopes name a route that is not there, or leave one out."""
        if self.scopes:
            require_each_route("scopes", list(self.scopes), route_keys)

    def with_copies(self, copies: Mapping[str, str]) -> JwtAuth:
        """Return the same, with the scopes of each route for its copy."""
        copied = {new: self.scopes[old] for new, old in copies.items() if old in self.scopes}
        return replace(self, scopes={**self.scopes, **copied})


def require_each_route(
    what: str,
    named: Sequence[str],
    route_keys: Sequence[str],
    *,
    needed: str = "every route or none",
) -> None:
    """ValueError if `named` has a route that the API does not have, or leaves one out."""
    if unknown := sorted(set(named) - set(route_keys)):
        raise ValueError(
            f"{what} must name routes of the API ({', '.join(route_keys)}), "
            f"got {', '.join(unknown)}"
        )
    # Catch-all routes only respond with 404 or 405; every other route must be listed.
    own = [key for key in route_keys if key != "$default" and not key.startswith("ANY ")]
    if forgotten := [key for key in own if key not in named]:
        raise ValueError(f"{what} must name {needed}, missing {', '.join(forgotten)}")


AUTH_KINDS: dict[str, type[ApiAuth]] = {"none": NoAuth, "iam": IamAuth, "jwt": JwtAuth}
"""Each way to authenticate, by its `kind` in configuration files."""


@dataclass(frozen=True, kw_only=True)
class ApiAccess(Arguments):
    """Who may call an API, from which web pages, and how often."""

    auth: ApiAuth
    """Has no default, so that no API is open accidentally."""

    cors_origins: Sequence[str] = ()
    """Web pages that browsers let call, e.g. "https://shop.example.com"; none by default."""

    cors_max_age_seconds: Annotated[int, Between(0, 86_400)] = 600
    """How long a browser caches the permission, 0 to 86400."""

    # With 0 API Gateway rejects every request.
    requests_per_second: Annotated[int, AtLeast(1)] = 500
    """Steady rate above which the API responds with 429, 1 or more; the default quota of an account
    is 10000."""

    burst_requests: Annotated[int, AtLeast(1)] = 1_000
    """Burst of requests that is allowed above the rate, 1 or more."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for number, origin in enumerate(self.cors_origins):
            if not _is_origin(origin):
                raise ValueError(
                    f"cors_origins[{number}] must be an origin as browsers send it, like "
                    "https://shop.example.com: lower case, without a path and without the default "
                    f"port, and never *, got {origin!r}"
                )


@dataclass(frozen=True, kw_only=True)
class RouteLimit(Arguments):
    """How often one route may be called; above it the API responds with 429."""

    requests_per_second: Annotated[int, AtLeast(1)]
    """Steady rate, 1 or more."""

    burst_requests: Annotated[int, AtLeast(1)]
    """Burst of requests that is allowed above the rate, 1 or more."""


def _is_origin(text: str) -> bool:
    parts = _ORIGIN.fullmatch(text)
    if parts is None:
        return False
    scheme, host, port = parts.groups()
    if port is not None and (int(port) > _MAX_PORT or int(port) == _DEFAULT_PORTS[scheme]):
        return False
    return is_domain(host) and (scheme == "https" or host in _LOOPBACK)
