"""The routes of an HTTP API: what API Gateway takes, and how resources and ARNs name them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

DEFAULT_ROUTE = "$default"

_ROUTE = re.compile(
    r"(ANY|GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE) "
    r"(/|(/([A-Za-z0-9._~:@!$&'()*+,;=%-]+|\{[A-Za-z0-9._-]+\}))*(/\{[A-Za-z0-9._-]+\+\})?/?)"
)
_PLAIN_ROUTE = re.compile(r"[A-Z]+ (/[A-Za-z0-9]+|/\{[A-Za-z0-9]+\+?\})+")
_LONGEST_SLUG = 57
_DIGEST_CHARACTERS = 6
_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")


def require_route(route_key: str) -> None:
    """Raise ValueError if API Gateway would refuse the key of a route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    if route_key != DEFAULT_ROUTE and not _ROUTE.fullmatch(route_key):
        raise ValueError(
            'routes must have keys like "GET /orders/{orderId}", "ANY /orders" or "$default", '
            f"got {route_key!r}"
        )


def variables_of(route_key: str) -> list[str]:
    """Return the names of a route's variables."""
    return [name for name, _ in _VARIABLE.findall(route_key)]


def require_variables(route_keys: Iterable[str]) -> None:
    """Raise ValueError if API Gateway would refuse the names of variables: in one place it takes
    one name for the routes of a method, and in one route each name once."""
    known: dict[str, tuple[str, str]] = {}
    for route_key in route_keys:
        names = variables_of(route_key)
        if len(set(names)) < len(names):
            raise ValueError(
                f"the variables of a route must have different names, got {route_key!r}"
            )
        for variable in _VARIABLE.finditer(route_key):
            before = _VARIABLE.sub(r"{\2}", route_key[: variable.start()])
            name, other = known.setdefault(f"{before}{variable[2]}", (variable[1], route_key))
            if name != variable[1]:
                raise ValueError(
                    f"a variable must have one name in all routes of a method, got {variable[0]} "
                    f"in {route_key!r} and {{{name}{variable[2]}}} in {other!r}"
                )


def slug(route_key: str, longest: int = _LONGEST_SLUG) -> str:
    """Return a route's part of resource names: another for every route, and readable.

    The name becomes the permission's statement id, of letters, digits, - and _ only, at most 100.
    """
    room = longest - _DIGEST_CHARACTERS - 1
    if route_key == DEFAULT_ROUTE:
        return "default"
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", re.sub(r"[{+}]", "_", route_key)).strip("-")
    if _PLAIN_ROUTE.fullmatch(route_key) and len(slug) <= room:
        return slug
    # A hyphen may stand for several characters: what it stood for decides.
    digest = hashlib.sha256(route_key.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{slug[:room]}-{digest}"


def arn_path(route_key: str) -> str:
    """Return a route as its ARN names it: "GET/orders/{orderId}", "*/orders", "$default"."""
    if route_key == DEFAULT_ROUTE:
        return DEFAULT_ROUTE
    method, path = route_key.split(" ", 1)
    return f"{'*' if method == 'ANY' else method}{path}"
