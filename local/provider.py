"""The Pulumi provider of the local deployment: creates what the program declares."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

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
from local.resources.maker import Maker, Mender

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

MENDERS: dict[str, Mender] = {
    **iam.MENDERS,
    **functions.MENDERS,
    **tables.MENDERS,
    **messaging.MENDERS,
    **observability.MENDERS,
    **schedules.MENDERS,
    **http_apis.MENDERS,
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


class Standing(NamedTuple):
    """A resource as it was made last."""

    resource_id: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class EmulatorProvider(Mocks):
    """Creates each resource in the emulator and answers with its real outputs.

    What the provider of an earlier run has made is not made again, but put back as declared.
    """

    def __init__(self, client: Clients, before: EmulatorProvider | None = None) -> None:
        self._client = client
        self._before = before.standing if before else {}
        self.standing: dict[tuple[str, str], Standing] = {}
        """By type and logical name."""

    @property
    def left_over(self) -> list[str]:
        """What the earlier run has made and this one did not declare."""
        return [f"{name} ({typ})" for typ, name in self._before.keys() - self.standing.keys()]

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
        key = (args.typ, args.name)
        stands = self._mended(key, inputs) or self._made(maker, args.name, inputs)
        self.standing[key] = stands
        return stands.resource_id, {"name": stands.name, **inputs, **stands.outputs}

    def _made(self, maker: Maker, logical_name: str, inputs: dict[str, Any]) -> Standing:
        # Pulumi's own suffix when a program leaves the name to it: seven hexadecimal digits.
        name = inputs.get("name") or f"{logical_name}-{secrets.token_hex(4)[:7]}"
        resource_id, outputs = maker(self._client, name, inputs)
        return Standing(resource_id, name, inputs, outputs)

    def _mended(self, key: tuple[str, str], inputs: dict[str, Any]) -> Standing | None:
        """The resource of the earlier run as it is declared now; None if there is none."""
        before = self._before.get(key)
        if before is None:
            return None
        if key in self.standing:
            raise NotDeployableHereError(
                f"the local deployment cannot tell two resources {key[1]} ({key[0]}) apart when it "
                "is brought up again; name one of them anew"
            )
        mend = MENDERS.get(key[0])
        if mend is not None:
            found = mend(self._client, before.name, inputs)
            return before._replace(inputs=inputs) if found else None
        if inputs != before.inputs:
            names = inputs.keys() | before.inputs.keys()
            changed = sorted(name for name in names if inputs.get(name) != before.inputs.get(name))
            raise NotDeployableHereError(
                f"the local deployment cannot change a {key[0]} yet ({key[1]}: {changed}); "
                "add it to MENDERS in local/resources/, or run `make down` and `make up`"
            )
        return before

    # Pulumi declares a tuple here and accepts a plain dict only.
    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        """Answer a lookup; NotDeployableHereError names one without an answer."""
        if args.token not in _ANSWERS:
            raise NotDeployableHereError(
                f"the local deployment cannot answer {args.token} yet; add it to local/provider.py"
            )
        return dict(_ANSWERS[args.token])
