"""Whether an update finds the resources of the last release again, or would make new ones.

Pulumi knows a resource by its URN. One with another type, name or parent is a new resource, and the
old one is deleted with what it holds, unless an alias leads from the new URN to the old one. Which
URNs an alias leads to is the engine's rule; its source is pkg/resource/deploy/step_generator.go of
https://github.com/pulumi/pulumi.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from pulumi_serverless.testing.program import STACK_TYPE, Graph
from pulumi_serverless.testing.recorded import Alias, Resource
from tests.snapshots.graph_text import identity

COMPONENT = "serverless:index:"

Released = dict[str, list[str]]
"""Names by qualified type, e.g. {"serverless:index:Table$aws:dynamodb/table:Table": ["tasks"]}."""


def released(graph: Graph) -> Released:
    """What a release of this graph leaves in a stack."""
    names: Released = defaultdict(list)
    for resource in graph.all:
        if resource.type != STACK_TYPE:
            qualified_type, name = identity(resource.urn).split("::", 1)
            names[qualified_type].append(name)
    return {qualified_type: sorted(names[qualified_type]) for qualified_type in sorted(names)}


def lost(before: Released, graph: Graph) -> list[str]:
    """Resources of the release that an update to `graph` would delete; components are none."""
    old = {f"{qualified}::{name}" for qualified, names in before.items() for name in names}
    found = set(_old_identities(old, graph).values())
    return sorted(each for each in old - found if not _is_component(each))


def _is_component(each: str) -> bool:
    return each.split("::", maxsplit=1)[0].rsplit("$", maxsplit=1)[-1].startswith(COMPONENT)


def _old_identities(old: Collection[str], graph: Graph) -> dict[str, str]:
    """Which resource of the release each resource is, by URN. Parents register before children."""
    was: dict[str, str] = {}
    by_urn = {resource.urn: resource for resource in graph.all}
    for resource in graph.all:
        candidates = [identity(resource.urn), *_aliases(resource, was, by_urn)]
        match = next((each for each in candidates if each in old), None)
        if match is not None:
            was[resource.urn] = match
    return was


def _aliases(resource: Resource, was: dict[str, str], by_urn: dict[str, Resource]) -> Iterator[str]:
    own = [_resolve(alias, resource, was) for alias in resource.aliases]
    yield from own
    old_parent = was.get(resource.parent, "")
    if not old_parent or old_parent == identity(resource.parent):
        return
    # A component that was renamed or moved takes its children with it.
    parent_name = by_urn[resource.parent].name
    yield _inherited(resource.type, resource.name, parent_name, old_parent)
    for alias in own:
        qualified_type, name = alias.split("::", 1)
        yield _inherited(qualified_type.split("$")[-1], name, parent_name, old_parent)


def _resolve(alias: Alias, resource: Resource, was: dict[str, str]) -> str:
    if alias.urn:
        return identity(alias.urn)
    parent = identity(resource.parent)
    if alias.parent:
        parent = was.get(alias.parent, identity(alias.parent))
    if alias.no_parent or parent.startswith(f"{STACK_TYPE}::"):
        parent = ""
    return _join(parent, alias.type or resource.type, alias.name or resource.name)


def _inherited(type_: str, name: str, parent_name: str, old_parent: str) -> str:
    """A child that is named for its parent was named for its parent's old name."""
    if name.startswith(parent_name):
        name = old_parent.split("::", 1)[1] + name.removeprefix(parent_name)
    return _join(old_parent, type_, name)


def _join(parent: str, type_: str, name: str) -> str:
    above = f"{parent.split('::', maxsplit=1)[0]}$" if parent else ""
    return f"{above}{type_}::{name}"
