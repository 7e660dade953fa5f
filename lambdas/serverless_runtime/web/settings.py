"""What the functions of a web service need from their environment."""

from dataclasses import dataclass

__all__ = ["TableSettings"]


@dataclass(frozen=True, kw_only=True)
class TableSettings:
    """Of every operation of a service that has a table."""

    table_name: str
    """The service's table."""


@dataclass(frozen=True, kw_only=True)
class NoRouteSettings:
    """Of the function for requests that match no operation."""

    methods_by_path: str
    """JSON: each path of the service, as its routes have it, to the methods it supports."""
