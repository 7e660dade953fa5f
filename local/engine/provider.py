"""The Pulumi provider of the local deployment: creates what the program declares."""

from __future__ import annotations

import pkgutil
import secrets
from importlib import import_module
from typing import Any, NamedTuple

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine import services
from local.engine.registry import CREATORS, UPDATERS, Creator

for _module in pkgutil.iter_modules(services.__path__, f"{services.__name__}."):
    import_module(_module.name)

_LOOKUPS: dict[str, dict[str, str]] = {
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


class UnsupportedError(Exception):
    """The program uses something that the local deployment does not support."""


class Deployed(NamedTuple):
    """A resource as it was created or updated last."""

    resource_id: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class EmulatorProvider(Mocks):
    """Creates each resource in the emulator and returns its real outputs.

    What the provider of an earlier run has created is not created again, but updated to what is
    declared now.
    """

    def __init__(self, client: Clients, before: EmulatorProvider | None = None) -> None:
        self._client = client
        self._before = before.deployed if before else {}
        self.deployed: dict[tuple[str, str], Deployed] = {}
        """By type and logical name."""

    @property
    def no_longer_declared(self) -> list[str]:
        """What the earlier run has created and this one did not declare."""
        return [f"{name} ({typ})" for typ, name in self._before.keys() - self.deployed.keys()]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Create or update one resource; UnsupportedError names a type without a creator."""
        inputs = dict(args.inputs)
        if not args.custom:
            return None, inputs
        creator = CREATORS.get(args.typ)
        if creator is None:
            raise UnsupportedError(
                f"the local deployment cannot create {args.typ} yet ({args.name}); "
                "add it to local/engine/services/"
            )
        key = (args.typ, args.name)
        deployed = self._update(key, inputs) or self._create(creator, args.name, inputs)
        self.deployed[key] = deployed
        return deployed.resource_id, {"name": deployed.name, **inputs, **deployed.outputs}

    def _create(self, creator: Creator, logical_name: str, inputs: dict[str, Any]) -> Deployed:
        # Pulumi's own suffix when a program leaves the name to it: seven hexadecimal digits.
        name = inputs.get("name") or f"{logical_name}-{secrets.token_hex(4)[:7]}"
        resource_id, outputs = creator(self._client, name, inputs)
        return Deployed(resource_id, name, inputs, outputs)

    def _update(self, key: tuple[str, str], inputs: dict[str, Any]) -> Deployed | None:
        """The resource of the earlier run, updated; None if it does not exist (any more)."""
        before = self._before.get(key)
        if before is None:
            return None
        if key in self.deployed:
            raise UnsupportedError(
                f"the local deployment cannot distinguish two resources {key[1]} ({key[0]}) when "
                "it updates them; rename one of them"
            )
        updater = UPDATERS.get(key[0])
        if updater is not None:
            exists = updater(self._client, before.name, inputs)
            return before._replace(inputs=inputs) if exists else None
        if inputs != before.inputs:
            names = inputs.keys() | before.inputs.keys()
            changed = sorted(name for name in names if inputs.get(name) != before.inputs.get(name))
            raise UnsupportedError(
                f"the local deployment cannot update {key[0]} yet ({key[1]}: {changed}); add an "
                "updater to local/engine/services/, or run `make down` and `make up`"
            )
        return before

    # Pulumi declares a tuple here and accepts a plain dict only.
    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        """Return the result of a lookup; UnsupportedError names one that has none."""
        if args.token not in _LOOKUPS:
            raise UnsupportedError(
                f"the local deployment cannot look up {args.token} yet; "
                "add it to local/engine/provider.py"
            )
        return dict(_LOOKUPS[args.token])
