"""A run's resources as text: the same on every machine and Python, one line for each fact."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import PurePath
from typing import Any

import pulumi
import yaml

from pulumi_serverless.testing.program import STACK_TYPE, Graph
from pulumi_serverless.testing.recorded import Alias, Resource

Blocks = dict[str, dict[str, Any]]


def snapshot(graph: Graph) -> Blocks:
    """Every resource but the stack itself; each component is followed by its children."""
    labels = _labels(graph)
    resources = {resource.urn: resource for resource in graph.all if resource.urn in labels}

    def path(urn: str) -> tuple[str, ...]:
        return (*path(resources[urn].parent), labels[urn]) if urn in resources else ()

    return {labels[urn]: _facts(resources[urn], labels) for urn in sorted(resources, key=path)}


def _labels(graph: Graph) -> dict[str, str]:
    """What each resource is called: its type and name, or its identity if two share those."""
    resources = [resource for resource in graph.all if resource.type != STACK_TYPE]
    shared = Counter((resource.type, resource.name) for resource in resources)
    return {
        r.urn: f"{r.type} {r.name}" if shared[r.type, r.name] == 1 else identity(r.urn)
        for r in resources
    }


def identity(urn: str) -> str:
    """What makes a URN the resource it is in every stack: the types above it, its type, its name.

    "urn:pulumi:dev::project::A$B::name" is "A$B::name".
    """
    return urn.split("::", 2)[2]


def as_text(blocks: Blocks) -> str:
    """The blocks as YAML, with an empty line between two of them."""
    return "\n".join(_yaml({key: block}) for key, block in blocks.items())


def _yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, sort_keys=True, allow_unicode=True, width=100))


def _facts(resource: Resource, labels: dict[str, str]) -> dict[str, Any]:
    """What is worth telling of a resource; options that are as Pulumi leaves them are not."""
    facts = {
        "inputs": _plain(resource.inputs),
        "parent": labels.get(resource.parent),
        "protect": resource.protect,
        "retainOnDelete": resource.retain_on_delete,
        "deleteBeforeReplace": resource.delete_before_replace,
        "deletedWith": labels.get(resource.deleted_with),
        "ignoreChanges": sorted(resource.ignore_changes),
        "replaceOnChanges": sorted(resource.replace_on_changes),
        "aliases": [_alias(alias, labels) for alias in resource.aliases],
        "dependsOn": sorted(labels[urn] for urn in resource.dependencies),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _alias(alias: Alias, labels: dict[str, str]) -> dict[str, Any]:
    parts = {
        "urn": alias.urn,
        "name": alias.name,
        "type": alias.type,
        "parent": labels.get(alias.parent, alias.parent),
        "noParent": alias.no_parent,
    }
    return {name: part for name, part in parts.items() if part}


def _plain(value: Any) -> Any:
    """An input as YAML shows it: whole numbers as such, JSON text as what it means."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, pulumi.FileArchive):
        return _bundle(PurePath(value.path))
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _meaning(value)
    return value


def _bundle(path: PurePath) -> str:
    # A bundle for this machine's own Python says so, and not which Python that is.
    target = "host" if path.parent.name.startswith("host-") else path.parent.name
    return f"bundle {target} {path.name}"


def _meaning(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
