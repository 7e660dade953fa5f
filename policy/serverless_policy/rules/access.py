"""Rules about IAM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serverless_policy.resource import Resource, as_list, of_type, statements
from serverless_policy.rule import Finding, Rule

# AWS offers nothing narrower for these: they act on no resource that has an ARN.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
ON_ANYTHING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}

# A phone number has no ARN: permission to text any is permission to publish to all but topics.
# https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html
ON_ALL_BUT = {("sns:Publish", "arn:*:sns:*:*:*")}

# "*", and ARNs whose last part, which names the resource, is "*", "table/*" or "function:*".
_ANY = re.compile(r"\*|([^:]*:){5}([\w-]+[/:])?\*")

_DOCUMENTS = {
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
}
_ATTACHMENTS = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
}
_BROAD = re.compile(r"arn:aws[\w-]*:iam::aws:policy/(.*/)?(Administrator|PowerUser|.*Full)Access")


def _wildcards(resources: Sequence[Resource]) -> Iterator[Finding]:
    for resource in of_type(resources, *_DOCUMENTS):
        for statement in statements(resource.get(_DOCUMENTS[resource.type])):
            if statement.get("Effect") == "Allow":
                yield from (Finding(resource, what) for what in _too_much(statement))
    for resource in of_type(resources, *_ATTACHMENTS):
        if _BROAD.fullmatch(str(resource.get("policyArn"))):
            yield Finding(resource, f"attaches {resource.get('policyArn')}")


def _too_much(statement: Mapping[str, Any]) -> Iterator[str]:
    actions = as_list(statement.get("Action"))
    if "NotAction" in statement:
        yield "allows every action but some (NotAction)"
    for action in actions:
        if "*" in action:
            yield f"allows the actions {action}"
    if not set(actions) <= ON_ANYTHING:
        for arn in as_list(statement.get("Resource")):
            if _ANY.fullmatch(arn):
                yield f"allows {', '.join(actions)} on {arn}"
    for arn in as_list(statement.get("NotResource")):
        for action in actions:
            if (action, arn) not in ON_ALL_BUT:
                yield f"allows {action} on everything but {arn}"


def _principals(resources: Sequence[Resource]) -> Iterator[Finding]:
    for role in of_type(resources, "aws:iam/role:Role"):
        for statement in statements(role.get("assumeRolePolicy")):
            principal = statement.get("Principal")
            named = principal.values() if isinstance(principal, Mapping) else [principal]
            anyone = any("*" in as_list(each) for each in named)
            if statement.get("Effect") == "Allow" and anyone:
                yield Finding(role, "can be assumed by anyone")
    for permission in of_type(resources, "aws:lambda/permission:Permission"):
        if permission.get("principal") == "*":
            yield Finding(permission, "lets anyone invoke the function")
        elif _is_service(permission) and not permission.inputs.get("sourceArn"):
            yield Finding(permission, "lets a service invoke the function for anyone's resources")


def _is_service(permission: Resource) -> bool:
    return str(permission.get("principal")).endswith(".amazonaws.com")


WILDCARDS = Rule(
    id="access-is-narrow",
    rejects="wildcards in IAM policies",
    remediation="Name the actions and the ARNs: function.allow(purpose, actions=[...], "
    "resources=[table.arn]). Where AWS offers nothing narrower, add the action to ON_ANYTHING in "
    "policy/serverless_policy/rules/access.py with a link to the evidence.",
    sees="resource",
    check=_wildcards,
)
PRINCIPALS = Rule(
    id="callers-are-named",
    rejects="roles and functions that anyone may use",
    remediation="Name the principal, and with a service the resource it acts for: source_arn on a "
    "Lambda permission, an aws:SourceArn or aws:SourceAccount condition on a role.",
    sees="resource",
    check=_principals,
)
