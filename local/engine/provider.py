"""The provider of the emulator: Pulumi's provider protocol over plain Python values.

Two front doors call it: local/engine/in_process_engine.py, and the gRPC server for the real engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local.emulator.clients import Clients
from local.engine import schema
from local.engine.assets import Asset, content_hash
from local.engine.drift import same
from local.engine.lookups import lookup
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource_types
from local.engine.watched_inputs import WatchedInputs
from local.errors import ExpectedError

_SUFFIX_DIGITS = 7
_READ_LATER = frozenset(
    {
        "region",
        *("deletionWindowInDays", "recoveryWindowInDays", "skipDestroy"),
        *("forceDelete", "forceDestroy", "forceDetachPolicies"),
    }
)
"""Inputs of the AWS provider that say where a resource is, or how it is deleted."""
_MISSING = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")


class UnsupportedError(ExpectedError):
    """The program uses something that the emulator's provider does not support."""


class Failure(NamedTuple):
    """What is wrong with one property; the reason is worded as the real provider words it."""

    property: str
    reason: str


class Checked(NamedTuple):
    """Inputs that are complete, and what is wrong with them."""

    inputs: Outputs
    failures: list[Failure]


class Diff(NamedTuple):
    """Which properties changed, and which of these need a new resource."""

    changed: list[str]
    replaces: list[str]
    delete_before_replace: bool = True
    """Always: in AWS, two resources cannot have the same name."""


class Provider:
    """Creates, reads, updates and deletes resources of AWS types in one emulator.

    A value that a preview does not know yet is `schema.UNKNOWN`.
    """

    def __init__(self, client: Clients) -> None:
        self._client = client

    def prepare(self, types: Collection[str]) -> None:
        """Import what it takes to check resources of these types: it takes a third of a second."""
        for type_ in resource_types().keys() & types:
            schema.properties(type_)

    def check(
        self, type_: str, name: str, inputs: Inputs, old_inputs: Inputs | None, seed: bytes
    ) -> Checked:
        """Complete the inputs of the resource with this logical name, and find what is wrong.

        A physical name that the program left out is the old one, or is made from `seed`.
        """
        if type_ not in resource_types():
            return Checked(dict(inputs), [Failure("", _unsupported(type_, name))])
        complete = {key: _document(type_, key, value) for key, value in inputs.items()}
        failures = [
            Failure(path, f"{reason}. Examine values at '{name}.{path}'.")
            for path, reason in schema.problems(type_, complete)
        ]
        resource = self._type(type_)
        if resource.named_by in schema.properties(type_) and not complete.get(resource.named_by):
            named = self._physical_name(resource, name, complete, old_inputs, seed)
            complete[resource.named_by] = named
            if len(named) > resource.longest_name:
                limit = resource.longest_name
                reason = f"'{named}' is longer than {limit} characters; give it a shorter name"
                failures.append(Failure(resource.named_by, reason))
        return Checked(complete, failures)

    def physical_name(self, type_: str, inputs: Inputs) -> str | None:
        """The name that no other resource of the type may have; None if it has none."""
        name = inputs.get(self._type(type_).named_by)
        return name if isinstance(name, str) and self._type(type_).unique_by_name else None

    def diff(self, type_: str, old_inputs: Inputs, inputs: Inputs) -> Diff:
        """Compare the inputs of the last deployment with those of this one."""
        resource = self._type(type_)
        names = sorted(old_inputs.keys() | inputs.keys())
        changed = [
            name
            for name in names
            if not name.startswith("__")
            and not _unchanged(
                _or_default(resource, old_inputs, name), _or_default(resource, inputs, name)
            )
        ]
        replaces = {*resource.replaces, resource.named_by, "namePrefix"} - resource.updates_name
        replaces |= set(resource.replacing(old_inputs, inputs))
        return Diff(changed, [name for name in changed if name in replaces])

    def create(self, type_: str, inputs: Inputs) -> Created:
        """Create the resource; if a step fails, nothing is left behind."""
        resource = self._type(type_)
        watched = WatchedInputs(inputs)
        id_, outputs = resource.create(watched)
        try:
            resource.finish(id_, watched)
            _refuse_unread(resource, watched.unread)
        except Exception:
            self.delete(type_, id_, inputs)
            raise
        return Created(id_, {**inputs, **outputs})

    def read(self, type_: str, id_: str, inputs: Inputs) -> Created | None:
        """The resource as the emulator has it; None if it does not exist (any more).

        Inputs that were changed by hand have their current values, others those declared.
        """
        resource = self._type(type_)
        try:
            found = resource.find(id_, inputs)
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        if not found:
            return None
        outputs = {**inputs, **resource.outputs(id_, found)}
        for name, value in resource.declared(inputs).items():
            if not same(value, found.get(name)):
                outputs[resource.renamed.get(name, name[0].lower() + name[1:])] = found.get(name)
        return Created(id_, outputs)

    def update(self, type_: str, id_: str, old_inputs: Inputs, inputs: Inputs) -> Outputs:
        """Set the resource to what is declared now; return its outputs."""
        resource = self._type(type_)
        resource.update(id_, old_inputs, inputs)
        return {**inputs, **resource.outputs(id_, resource.find(id_, inputs))}

    def delete(self, type_: str, id_: str, inputs: Inputs) -> None:
        """Remove the resource; one that is gone already is fine."""
        try:
            self._type(type_).delete(id_, inputs)
        except ClientError as error:
            # Perhaps only a part of it is missing.
            if not _is_missing(error) or self.read(type_, id_, inputs) is not None:
                raise

    def abandon(self, type_: str, inputs: Inputs) -> None:
        """Delete what a killed deployment may have created; its id is not known."""
        id_ = self.id_of(type_, inputs)
        if id_ is not None:
            self.delete(type_, id_, inputs)

    def id_of(self, type_: str, inputs: Inputs) -> str | None:
        """The id that a resource with these inputs has; None if its name does not say so."""
        return self._type(type_).id_of(inputs)

    def invoke(self, token: str, args: Mapping[str, Any]) -> Outputs:
        """Call a function of the AWS provider; UnsupportedError names one that is not supported."""
        found = lookup(token, args)
        if found is None:
            raise UnsupportedError(
                f"the local deployment cannot look up {token} yet; add it to "
                "local/engine/lookups.py"
            )
        return found

    def _type(self, token: str) -> ResourceType:
        found = resource_types().get(token)
        if found is None:
            raise UnsupportedError(_unsupported(token))
        return found(self._client)

    @staticmethod
    def _physical_name(
        resource: ResourceType, name: str, inputs: Inputs, old: Inputs | None, seed: bytes
    ) -> str:
        prefix = inputs.get(f"{resource.named_by}Prefix")
        if old and old.get(resource.named_by) and old.get(f"{resource.named_by}Prefix") == prefix:
            return str(old[resource.named_by])
        # Pulumi's own rule: seven hexadecimal digits after the logical name.
        digits = hashlib.sha1(seed, usedforsecurity=False).hexdigest()[:_SUFFIX_DIGITS]
        return resource.named(f"{prefix or f'{name}-'}{digits}", inputs)


def _refuse_unread(resource: ResourceType, unread: Collection[str]) -> None:
    ignored = [name for name in unread if name not in {*resource.without_effect, *_READ_LATER}]
    if ignored:
        raise UnsupportedError(
            f"the local deployment would ignore {', '.join(ignored)} of {resource.token}; add it "
            f"to {type(resource).__module__.replace('.', '/')}.py"
        )


def _unsupported(token: str, name: str = "") -> str:
    service = token.partition("/")[0]
    modules = [
        made.__module__
        for known, made in resource_types().items()
        if known.partition("/")[0] == service
    ]
    default = f"local.engine.services.{service.rpartition(':')[2]}"
    file = (modules[0] if modules else default).replace(".", "/")
    of_resource = f" ({name})" if name else ""
    return f"the local deployment cannot create {token} yet{of_resource}; add it to {file}.py"


def _document(token: str, name: str, value: Any) -> Any:
    """A JSON document that the program passes as an object, as the text that AWS expects."""
    if not isinstance(value, Mapping):
        return value
    expected = schema.properties(token).get(name)
    takes_text = expected is not None and str in schema.alternatives(expected)
    return json.dumps(value) if takes_text else value


def _or_default(resource: ResourceType, inputs: Inputs, name: str) -> Any:
    """The input, or the AWS provider's default if it is left out."""
    value = inputs.get(name)
    return resource.defaults.get(name) if value is None else value


def _unchanged(old: Any, new: Any) -> bool:
    if isinstance(old, Asset) and isinstance(new, Asset):
        return content_hash(old) == content_hash(new)
    return bool(old == new)


def _is_missing(error: ClientError) -> bool:
    """Whether an error says that the resource does not exist; each service has its own name."""
    code = str(error.response["Error"].get("Code", ""))
    return code == "404" or any(part in code for part in _MISSING)
