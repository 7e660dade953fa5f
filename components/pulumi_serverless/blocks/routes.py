"""The routes of an HTTP API: what API Gateway takes, and how resources and ARNs name them."""

from __future__ import annotations

import hashlib
import re

DEFAULT_ROUTE = "$default"

_ROUTE = re.compile(
    r"(ANY|GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE) "
    r"(/|(/([A-Za-z0-9._~:@!$&'()*+,;=%-]+|\{[A-Za-z0-9._-]+\}))*(/\{[A-Za-z0-9._-]+\+\})?/?)"
)
_PLAIN_ROUTE = re.compile(r"[A-Z]+ (/[A-Za-z0-9]+|/\{[A-Za-z0-9]+\+?\})+")
_LONGEST_PLAIN_ROUTE = 50


def require_route(route_key: str) -> None:
    """Raise ValueError if API Gateway would refuse the key of a route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    if route_key != DEFAULT_ROUTE and not _ROUTE.fullmatch(route_key):
        raise ValueError(
            'routes must have keys like "GET /orders/{orderId}", "ANY /orders" or "$default", '
            f"got {route_key!r}"
        )


def slug(route_key: str) -> str:
    """Return a route's part of resource names: another for every route, and readable.

    The name becomes the permission's statement id, of letters, digits, - and _ only, at most 100.
    """
    if route_key == DEFAULT_ROUTE:
        return "default"
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", re.sub(r"[{+}]", "_", route_key)).strip("-")
    if _PLAIN_ROUTE.fullmatch(route_key) and len(slug) <= _LONGEST_PLAIN_ROUTE:
        return slug
    # A hyphen may stand for several characters: what it stood for decides.
    digest = hashlib.sha256(route_key.encode()).hexdigest()[:6]
    return f"{slug[:_LONGEST_PLAIN_ROUTE]}-{digest}"


def arn_path(route_key: str) -> str:
    """Return a route as its ARN names it: "GET/orders/{orderId}", "*/orders", "$default"."""
    if route_key == DEFAULT_ROUTE:
        return DEFAULT_ROUTE
    method, path = route_key.split(" ", 1)
    return f"{'*' if method == 'ANY' else method}{path}"
