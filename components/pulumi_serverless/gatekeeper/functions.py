"""The two functions of a gatekeeper: one decides, the other keeps the keys."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_authorizers import MAX_TIMEOUT_SECONDS
from pulumi_serverless.blocks.names import component_name
from pulumi_serverless.blocks.table import Table
from pulumi_serverless.gatekeeper.args import GatekeeperArgs, rights_as_json
from serverless_runtime.gatekeeper.settings import TENANT_INDEX, AuthorizerSettings, KeysSettings
from serverless_runtime.shared.environment import environment_for

_CODE = FunctionCode(
    packages=(
        "serverless_runtime.gatekeeper",
        "serverless_runtime.service_calls",
        "serverless_runtime.shared",
    )
)


def make_authorizer(
    name: str, args: GatekeeperArgs, table: Table, opts: pulumi.ResourceOptions
) -> PythonFunction:
    """Return the function that decides, which may look up a key and do nothing else."""
    function = _function(
        f"{name}-authorizer",
        "serverless_runtime.gatekeeper.handlers.authorize.handle",
        environment_for(
            AuthorizerSettings,
            table_name=table.name,
            component=component_name(name),
            key_prefix=args.key_prefix,
            rights=rights_as_json(args.rights),
        ),
        args,
        opts,
    )
    function.allow("find-keys", actions=["dynamodb:GetItem"], resources=[table.arn])
    return function


def make_keys_function(
    name: str, args: GatekeeperArgs, table: Table, opts: pulumi.ResourceOptions
) -> PythonFunction:
    """Return the function that issues, lists and revokes keys."""
    rights = sorted({right for each in args.rights.values() for right in each})
    function = _function(
        f"{name}-keys",
        "serverless_runtime.gatekeeper.handlers.keep_keys.handle",
        environment_for(
            KeysSettings,
            table_name=table.name,
            key_prefix=args.key_prefix,
            rights=",".join(rights),
            # A decision that was begun just before the revocation is cached when it is made.
            decision_holds_seconds=str(args.cache_seconds + MAX_TIMEOUT_SECONDS),
        ),
        args,
        opts,
    )
    function.allow(
        "keep-keys",
        actions=["dynamodb:PutItem", "dynamodb:UpdateItem"],
        resources=[table.arn],
    )
    function.allow(
        "list-keys", actions=["dynamodb:Query"], resources=[table.index_arn(TENANT_INDEX)]
    )
    return function


def _function(
    name: str,
    handler: str,
    environment: Mapping[str, pulumi.Input[str]],
    args: GatekeeperArgs,
    opts: pulumi.ResourceOptions,
) -> PythonFunction:
    return PythonFunction(
        name,
        PythonFunctionArgs(
            foundation=args.foundation,
            handler=handler,
            code=_CODE,
            environment=environment,
            memory_mb=args.memory_mb,
            # Longer than DynamoDB's client attempts a request: a table that does not respond is an
            # error, and no function that is killed and starts anew for each request.
            timeout_seconds=MAX_TIMEOUT_SECONDS,
        ),
        opts=opts,
    )
