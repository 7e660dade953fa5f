"""Pulumi mocks for unit tests, and a helper that runs code under them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs

from pulumi_serverless.testing.program import Graph, run_program

FUNCTION = "aws:lambda/function:Function"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

_CALLER_IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"
_PARTITION = "aws:index/getPartition:getPartition"
_REGION = "aws:index/getRegion:getRegion"
ACCOUNT_ID = "123456789012"
REGION = "eu-west-1"


class UnmockedCallError(AssertionError):
    """The program called a function of the provider that the mocks do not have."""


class AwsMocks(pulumi.runtime.Mocks):
    """Returns fake outputs that name the resource; in preview, its inputs only.

    Resources are made one after the other, in one thread, which is also that of
    `asyncio.to_thread`; and none any more once the program has raised. With
    `responds_at_once = False`, for a subclass that waits for something, they are made in threads.
    """

    responds_at_once = True
    """Whether one thread is enough for them."""

    def __init__(
        self, *, preview: bool = False, region: str = REGION, partition: str = "aws"
    ) -> None:
        self._preview = preview
        self._region = region
        self._partition = partition

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return the id and the outputs of a resource."""
        if not args.custom:
            return None, dict(args.inputs)
        if self._preview:
            return "", dict(args.inputs)
        return f"{args.name}-id", {
            "name": f"{args.name}-1a2b3c4",
            "arn": f"arn:{args.name}",
            "invokeArn": f"arn:apigateway:{args.name}",
            "url": f"https://sqs/{args.name}",
            "apiEndpoint": "https://api.example.com",
            "executionArn": "arn:api",
            "keyId": f"{args.name}-1a2b3c4",
            **args.inputs,
        }

    # Pulumi declares a tuple here and accepts a plain dict only.
    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        """Return the account's id, the region or its partition. Raises UnmockedCallError for any
        other call."""
        if args.token == _CALLER_IDENTITY:
            return {"accountId": ACCOUNT_ID}
        if args.token == _REGION:
            return {"id": self._region, "region": self._region}
        if args.token == _PARTITION:
            suffix = "amazonaws.com.cn" if self._partition == "aws-cn" else "amazonaws.com"
            return {"partition": self._partition, "dnsSuffix": suffix}
        raise UnmockedCallError(f"no mock for the provider call {args.token}; subclass AwsMocks")


def record(program: Callable[[], Any]) -> Graph:
    """Run `program` as a deployment and return what it declared."""
    return run_program(program, mocks=AwsMocks())
