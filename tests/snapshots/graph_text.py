"""A run's resources as text: the same on every machine and Python, one line for each fact."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

import pulumi
import yaml

from pulumi_serverless.testing import Graph, Resource
from pulumi_serverless.testing.program import STACK_TYPE

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

Blocks = dict[str, dict[str, Any] | None]
"""Facts by resource; None for a resource that is not there."""


def snapshot(graph: Graph, only: Collection[str] | None = None) -> Blocks:
    """Every resource but the stack itself, or `only` those with these URNs; each component is
    followed by its children.

    Where a value is the stack's name, or ends in it after the project's, it contains "{stack}".
    """
    labels = _labels(graph)
    resources = {resource.urn: resource for resource in graph.all if resource.urn in labels}

    def path(urn: str) -> tuple[str, ...]:
        return (*path(resources[urn].parent), labels[urn]) if urn in resources else ()

    shown = resources if only is None else only
    facts = {labels[urn]: _facts(resources[urn], labels) for urn in sorted(shown, key=path)}
    return dict(_without_stack_name(facts, graph))


def operated(graph: Graph) -> Blocks:
    """What a program's dashboard shows, each line in words, and what tools find in its outputs
    besides the names of alarms and functions."""
    page: dict[str, Any] = {}
    title = ""
    for widget in json.loads(graph.only(DASHBOARD).inputs["dashboardBody"])["widgets"]:
        shown = widget["properties"]
        if widget["type"] == "text":
            title = shown["markdown"].removeprefix("## ")
        elif widget["type"] == "metric":
            page[f"{title} / {shown['title']}"] = [_line(each) for each in shown["metrics"]]
    found = graph.exports["operations"].items()
    sections = {name: each for name, each in found if name not in ("alarms", "functions")}
    return dict(_without_stack_name({"dashboard": page, "operations": sections}, graph))


def _line(metric: list[Any]) -> str:
    namespace, name, *dimensions, options = metric
    of = ", ".join(map("=".join, zip(dimensions[::2], dimensions[1::2], strict=True)))
    return f"{options['label']}: {options['stat']} of {namespace} {name}, {of}"


def inside(graph: Graph, components: Collection[str]) -> set[str]:
    """URNs of the components of these classes, and of all that they declare."""
    found: set[str] = set()
    # A parent is registered before its children.
    for resource in graph.all:
        if resource.type.split(":")[-1] in components or resource.parent in found:
            found.add(resource.urn)
    return found


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


def differences(base: Blocks, other: Blocks) -> Blocks:
    """What `other` has otherwise than `base`: for each resource, values by their path.

    None stands for a value, or a resource, that only `base` has.
    """
    found: Blocks = {}
    for key in {**base, **other}:
        own = _by_path(other.get(key))
        was = _by_path(base.get(key))
        if key not in other:
            found[key] = None
        elif key not in base:
            found[key] = other[key]
        elif own != was:
            changed = {path: own.get(path) for path in {**was, **own}}
            found[key] = {path: value for path, value in changed.items() if value != was.get(path)}
    return found


def _by_path(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a value, e.g. {"inputs.tags[0].key": "public"}."""
    if isinstance(value, dict) and value:
        parts = {f"{path}.{key}" if path else str(key): each for key, each in value.items()}
    elif path == "dependsOn":
        # A set: one more must not move the others.
        return {f"{path}[{each}]": True for each in value}
    elif isinstance(value, list) and value:
        parts = {f"{path}[{index}]": each for index, each in enumerate(value)}
    else:
        return {path: value} if path else {}
    return {leaf: each for at, part in parts.items() for leaf, each in _by_path(part, at).items()}


def _without_stack_name(value: Any, graph: Graph) -> Any:
    stack, project = graph.all[0].urn.split(":")[2], graph.all[0].urn.split("::")[1]
    if isinstance(value, dict):
        return {key: _without_stack_name(each, graph) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_stack_name(each, graph) for each in value]
    if value == stack:
        return "{stack}"
    if isinstance(value, str):
        return re.sub(rf"\b{project}-{stack}\b", f"{project}-{{stack}}", value)
    return value


def as_text(blocks: Blocks) -> str:
    """The blocks as YAML, with an empty line between two of them."""
    return "\n".join(_yaml({key: block}) for key, block in blocks.items())


def _yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, sort_keys=True, allow_unicode=True, width=100))


def _facts(resource: Resource, labels: dict[str, str]) -> dict[str, Any]:
    """What is worth reviewing of a resource; options that are as Pulumi leaves them are not."""
    facts = {
        "inputs": _plain(resource.inputs),
        "parent": labels.get(resource.parent),
        "protect": resource.protect,
        "retainOnDelete": resource.retain_on_delete,
        "deleteBeforeReplace": resource.delete_before_replace,
        "deletedWith": labels.get(resource.deleted_with),
        "ignoreChanges": sorted(resource.ignore_changes),
        "replaceOnChanges": sorted(resource.replace_on_changes),
        "dependsOn": sorted(labels[urn] for urn in resource.dependencies),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _plain(value: Any) -> Any:
    """An input as YAML shows it: whole numbers as such, JSON text as what it means."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, pulumi.FileArchive):
        path = PurePath(value.path)
        return f"bundle {path.parent.name} {path.name}"
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _meaning(value)
    return value


def _meaning(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
