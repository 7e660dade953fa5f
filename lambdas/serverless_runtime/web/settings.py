"""What the functions of a web service need from their environment."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen

__all__ = ["TableSettings"]


@frozen
class TableSettings:
    """Of every operation of a service that has a table."""

    table_name: str
    """The service's table."""


@frozen
class NoRouteSettings:
    """Of the function for requests that match no operation."""

    methods_by_path: str
    """JSON: each path of the service, as its routes have it, to the methods it supports."""
