"""The routes of a web service: the declared ones, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pulumi_serverless.blocks.routes import DEFAULT_ROUTE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
"""In the order in which a response lists them."""

_PARAMETER = re.compile(r"\{[^}]+?(\+?)\}")


def require_one_operation_each(routes: Mapping[str, Sequence[str]]) -> None:
    """Raise ValueError for a route of two operations, and for a path that is written in two ways.

    API Gateway would take "/orders/{id}" and "/orders/{orderId}" for one path, and then give a
    function the parameter under the other's name.
    """
    owners: dict[str, str] = {}
    paths: dict[str, str] = {}
    for name, route_keys in routes.items():
        for route_key in route_keys:
            if route_key in owners:
                raise ValueError(
                    f"each route must have one operation, got {route_key!r} in "
                    f"{owners[route_key]} and in {name}"
                )
            owners[route_key] = name
            path = path_of(route_key)
            known = paths.setdefault(_PARAMETER.sub(r"{\1}", path), path)
            if known != path:
                raise ValueError(
                    f"a path must have the same names for its parameters in all routes, got "
                    f"{known} and {path}"
                )


def path_of(route_key: str) -> str:
    """Return the path of a route."""
    return route_key.partition(" ")[2]


def head_routes(declared: Sequence[str]) -> dict[str, str]:
    """Return the routes for HEAD that nobody has declared, with the GET that each is like."""
    heads = {f"HEAD {path_of(key)}": key for key in declared if key.startswith("GET ")}
    return {head: get for head, get in heads.items() if head not in declared}


def catch_all_routes(declared: Sequence[str]) -> list[str]:
    """Return the routes for what nobody has declared: each path's other methods, other paths."""
    return [*dict.fromkeys(f"ANY {path_of(route_key)}" for route_key in declared), DEFAULT_ROUTE]


def methods_by_path(route_keys: Sequence[str]) -> dict[str, list[str]]:
    """Return what each path supports, for the function that refuses everything else."""
    paths = dict.fromkeys(path_of(route_key) for route_key in route_keys)
    return {
        path: [method for method in METHODS if f"{method} {path}" in route_keys] for path in paths
    }
