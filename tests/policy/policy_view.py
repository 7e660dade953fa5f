"""A recorded run as the policy rules see it."""

from __future__ import annotations

from typing import Any

from pulumi.output import Unknown

from pulumi_serverless.testing import Graph
from serverless_policy.resource import UNKNOWN, Resource
from serverless_policy.rule import Rule


def seen(graph: Graph) -> list[Resource]:
    """Every resource of the run; what a preview does not know is UNKNOWN."""
    return [
        Resource(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            inputs=_known(resource.inputs),
            protect=resource.protect,
            comes_from=resource.property_dependencies,
        )
        for resource in graph.all
    ]


def rejected(rule: Rule, graph: Graph) -> list[str]:
    """The advice that the rule gives about a run; empty if it passes."""
    return [rule.advice(finding) for finding in rule.check(seen(graph))]


def _known(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return value
