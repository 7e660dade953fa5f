"""What a web service is made of: its operations, their routes, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess, HeaderName
from pulumi_serverless.blocks.argument_checks import Between, Distinct, Matches, Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.foundation import Foundation, MemoryMb
from pulumi_serverless.blocks.http_targets import MAX_FUNCTION_SECONDS
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.blocks.routes import require_route
from pulumi_serverless.blocks.table import Key
from pulumi_serverless.blocks.web_routes import (
    METHODS,
    catch_all_routes,
    head_routes,
    require_one_operation_each,
)
from serverless_runtime.shared.environment import environment_for
from serverless_runtime.web.settings import TableSettings

TableAction = Literal[
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
]
"""What a function can do with rows. A transaction needs the actions of what is in it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

IndexAction = Literal["dynamodb:Query", "dynamodb:Scan"]
"""What a function can do with an index: DynamoDB has nothing else."""


NO_ROUTE = "no-route"
"""Name of the function that refuses what is no operation."""

TABLE_VARIABLE, *_ = environment_for(TableSettings, table_name="")

# What serverless_runtime.web reads and writes, for web pages.
_REQUEST_HEADERS = (
    *("content-type", "idempotency-key", "if-match", "if-none-match"),
    "x-correlation-id",
)
_RESPONSE_HEADERS = ("etag", "location", "x-correlation-id")

_NAME = Matches(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case letters, digits and single hyphens, like get-order"
)


@dataclass(frozen=True, kw_only=True)
class WebOperation(Arguments):
    """A function with a role of its own, and the routes that call it."""

    routes: Annotated[Sequence[str], Size(1, 20), Distinct()]
    """Route keys, 1 to 20, each with one method, e.g. "GET /orders/{orderId}". Where there is a
    GET, HEAD gets a route to the same function, unless an operation has it."""

    handler: str
    """Import path of the handler, e.g. "orders.get_order.handle"."""

    table_actions: Annotated[Sequence[TableAction], Distinct()] = ()
    """What it may do with the table, e.g. "dynamodb:GetItem"; left out, nothing."""

    index_actions: Mapping[str, Annotated[Sequence[IndexAction], Size(1, 2), Distinct()]] = field(
        default_factory=dict
    )
    """What it may do with indexes, by their names, e.g. {"by-customer": ["dynamodb:Query"]}."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Environment variables besides TABLE_NAME."""

    timeout_seconds: Annotated[int, Between(1, MAX_FUNCTION_SECONDS)] = 10
    """How long a request may take, 1 to 29; API Gateway waits 30."""

    memory_mb: MemoryMb | None = None
    """Memory, 128 to 10240; left out, what the foundation's runtime gives each function."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for route_key in self.routes:
            require_route(route_key)
            if route_key.partition(" ")[0] not in METHODS:
                raise ValueError(
                    f"a route of an operation must have one of the methods {', '.join(METHODS)}, "
                    f"got {route_key!r}: the service itself responds to all others"
                )


@dataclass(frozen=True, kw_only=True)
class WebServiceArgs(Arguments):
    """The operations of a service, who may call them, and the table behind them."""

    foundation: Foundation
    """What the functions run on, how the table is kept, and whom alarms notify."""

    operations: Annotated[Mapping[Annotated[str, _NAME], WebOperation], Size(1, 100)]
    """1 to 100 by name, e.g. "get-order", which is also the end of the function's name."""

    code: FunctionCode
    """What the functions' zip contains; they share one."""

    access: ApiAccess
    """Who may call, from which web pages, and how often. Scopes for GET hold for its HEAD."""

    key: Key | None = None
    """The key of the service's table; left out, there is no table."""

    indexes: Mapping[str, Key] = field(default_factory=dict)
    """Global secondary indexes of the table by name; each projects every attribute."""

    rows_expire: bool = True
    """Whether DynamoDB deletes rows whose `expires_at` (epoch seconds) has passed, as the rows of
    `serverless_runtime.web.idempotency` need it."""

    request_headers: Sequence[HeaderName] = _REQUEST_HEADERS
    """Headers that web pages may send in addition to credentials; left out, what
    `serverless_runtime.web` reads."""

    response_headers: Sequence[HeaderName] = _RESPONSE_HEADERS
    """Headers that web pages may read; left out, what `serverless_runtime.web` writes."""

    thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """Alarm thresholds of the API."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_operation_each({name: each.routes for name, each in self.operations.items()})
        if NO_ROUTE in self.operations:
            raise ValueError(
                f"operations must not have the name {NO_ROUTE}, got one: the function that "
                "responds to unknown methods and paths has it"
            )
        if self.key is None and self.indexes:
            raise ValueError(
                f"indexes must be left out without a key, got {', '.join(self.indexes)}"
            )
        for name, operation in self.operations.items():
            self._require_table(name, operation)
        declared = list(self._declared())
        self.access.auth.require_routes([*declared, *catch_all_routes(declared)])

    def routes(self) -> dict[str, str]:
        """Return the name of the operation for each route, with a HEAD for each GET."""
        declared = self._declared()
        heads = head_routes(list(declared))
        return {**declared, **{head: declared[get] for head, get in heads.items()}}

    def api_access(self) -> ApiAccess:
        """Return the access for all of them: HEAD tells what GET does, so it is for those who may
        GET."""
        heads = head_routes(list(self._declared()))
        return replace(self.access, auth=self.access.auth.with_copies(heads))

    def _declared(self) -> dict[str, str]:
        return {key: name for name, each in self.operations.items() for key in each.routes}

    def _require_table(self, name: str, operation: WebOperation) -> None:
        if self.key is None and operation.table_actions:
            raise ValueError(
                f"table_actions of {name} must be left out without a key for the table, got "
                f"{', '.join(operation.table_actions)}"
            )
        if self.key is not None and TABLE_VARIABLE in operation.environment:
            raise ValueError(
                f"environment of {name} must be without {TABLE_VARIABLE}, got one: it is the name "
                "of the service's own table"
            )
        for index in operation.index_actions:
            if index not in self.indexes:
                raise ValueError(
                    f"index_actions of {name} must name indexes of the table "
                    f"({', '.join(self.indexes) or 'it has none'}), got {index!r}"
                )
