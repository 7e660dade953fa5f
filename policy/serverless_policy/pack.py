"""Gives the rules to Pulumi's engine. The only module that needs pulumi_policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi_policy as pp
from pulumi_policy.proxy import UnknownValueError

from serverless_policy.resource import UNKNOWN, Resource
from serverless_policy.rule import Rule
from serverless_policy.rules import RULES


def serve() -> None:
    """Serve the engine until it ends. Every rule stops the update, unless a stack is exempt."""
    pp.PolicyPack(
        name="serverless",
        enforcement_level=pp.EnforcementLevel.MANDATORY,
        policies=[_policy(rule) for rule in RULES],
    )


def _policy(rule: Rule) -> pp.Policy:
    texts = {
        "name": rule.id,
        "description": f"Rejects {rule.rejects}.",
        "remediation_steps": rule.remediation,
    }
    if rule.sees == "stack":
        return pp.StackValidationPolicy(**texts, validate=_validate_stack(rule))
    return pp.ResourceValidationPolicy(**texts, validate=_validate_resource(rule))


def _validate_resource(rule: Rule) -> Callable[[Any, Any], None]:
    def validate(args: pp.ResourceValidationArgs, report: pp.ReportViolation) -> None:
        resource = Resource(
            urn=args.urn,
            type=args.resource_type,
            name=args.name,
            inputs=_plain(args.props),
            protect=args.opts.protect,
        )
        _report(rule, [resource], report)

    return validate


def _validate_stack(rule: Rule) -> Callable[[Any, Any], None]:
    def validate(args: pp.StackValidationArgs, report: pp.ReportViolation) -> None:
        _report(rule, [_from_engine(resource) for resource in args.resources], report)

    return validate


def _report(rule: Rule, resources: Sequence[Resource], report: pp.ReportViolation) -> None:
    for finding in rule.check(resources):
        report(rule.advice(finding), finding.resource.urn)


def _from_engine(resource: pp.PolicyResource) -> Resource:
    return Resource(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        inputs=_plain(resource.props),
        protect=resource.opts.protect,
        comes_from={
            key: [each.urn for each in sources]
            for key, sources in resource.property_dependencies.items()
        },
    )


def _plain(value: Any) -> Any:
    """The value without pulumi_policy's proxies, which raise where a value is not known yet."""
    if isinstance(value, Mapping):
        return {key: _known(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_known(value, index) for index in range(len(value))]
    return value


def _known(container: Any, key: Any) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN
