"""The Pulumi provider of the local deployment: creates what the program declares."""

from __future__ import annotations

import secrets
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from local.clients import ACCOUNT_ID, REGION, Clients
from local.resources import (
    functions,
    http_apis,
    iam,
    keys,
    messaging,
    observability,
    schedules,
    tables,
)
from local.resources.maker import Maker

MAKERS: dict[str, Maker] = {
    **iam.MAKERS,
    **keys.MAKERS,
    **functions.MAKERS,
    **tables.MAKERS,
    **messaging.MAKERS,
    **observability.MAKERS,
    **schedules.MAKERS,
    **http_apis.MAKERS,
}

_ANSWERS: dict[str, dict[str, str]] = {
    "aws:index/getRegion:getRegion": {"id": REGION, "region": REGION, "name": REGION},
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "id": ACCOUNT_ID,
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:root",
        "userId": ACCOUNT_ID,
    },
    "aws:index/getPartition:getPartition": {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    },
}


class NotDeployableHereError(Exception):
    """The program uses something the local deployment does not know."""


class EmulatorProvider(Mocks):
    """Creates each resource in the emulator and answers with its real outputs."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Create one resource; NotDeployableHereError names a type without a maker."""
        inputs = dict(args.inputs)
        if not args.custom:
            return None, inputs
        maker = MAKERS.get(args.typ)
        if maker is None:
            raise NotDeployableHereError(
                f"the local deployment cannot create {args.typ} yet ({args.name}); "
                "add it to local/resources/"
            )
        # Pulumi's own suffix when a program leaves the name to it: seven hexadecimal digits.
        name = inputs.get("name") or f"{args.name}-{secrets.token_hex(4)[:7]}"
        resource_id, outputs = maker(self._client, name, inputs)
        return resource_id, {"name": name, **inputs, **outputs}

    # Pulumi declares a tuple here and accepts a plain dict only.
    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        """Answer a lookup; NotDeployableHereError names one without an answer."""
        if args.token not in _ANSWERS:
            raise NotDeployableHereError(
                f"the local deployment cannot answer {args.token} yet; add it to local/provider.py"
            )
        return dict(_ANSWERS[args.token])
