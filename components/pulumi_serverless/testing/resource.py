"""One resource, as a program registered it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc


@dataclass
class Resource:
    """One resource as the program registered it. Input names are the provider's (camelCase)."""

    urn: str
    """Its URN, as the engine would build it."""

    type: str
    """Its type token, e.g. "aws:sqs/queue:Queue"."""

    name: str
    """Its logical name."""

    parent: str
    """URN of its parent."""

    custom: bool
    """Whether a provider makes it; a component is not custom."""

    inputs: dict[str, Any]
    """What the program asked for; secrets in plain text."""

    secret_inputs: list[str] = field(default_factory=list)
    """Names of the inputs that have a secret in them, which Pulumi encrypts in the state."""

    outputs: dict[str, Any] = field(default_factory=dict)
    """What a component, or the stack, registered as its outputs."""

    protect: bool = False
    """Whether Pulumi refuses to delete it."""

    retain_on_delete: bool = False
    """Whether it stays in AWS when the program drops it."""

    delete_before_replace: bool = False
    """Whether a replacement is made only after it is gone."""

    deleted_with: str = ""
    """URN of the resource whose deletion deletes it, too."""

    ignore_changes: list[str] = field(default_factory=list)
    """Inputs whose changes Pulumi ignores."""

    replace_on_changes: list[str] = field(default_factory=list)
    """Inputs whose changes replace it."""

    dependencies: list[str] = field(default_factory=list)
    """URNs of the resources that come before it."""

    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    """For each input, URNs of the resources whose outputs are in it."""


def read_resource(urn: str, request: Any, secret_inputs: list[str]) -> Resource:
    """Read a RegisterResourceRequest, in which no secret is marked any more."""
    return Resource(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=request.custom,
        inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
        secret_inputs=secret_inputs,
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace,
        deleted_with=request.deletedWith,
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        dependencies=list(request.dependencies),
        property_dependencies={
            key: list(value.urns) for key, value in request.propertyDependencies.items()
        },
    )
