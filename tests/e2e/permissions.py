"""Permissions that are removed from a function by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.scenario.handoff_stack import HandoffStack


def has_permission(stack: HandoffStack, function: str, policy_part: str) -> bool:
    """Whether the function has a policy whose name contains that part."""
    names = stack.client("iam").list_role_policies(RoleName=_role(stack, function))["PolicyNames"]
    return any(policy_part in name for name in names)


def remove_permission(stack: HandoffStack, function: str, policy_part: str) -> Callable[[], None]:
    """Delete the one policy whose name contains that part; return what restores it."""
    iam, role = stack.client("iam"), _role(stack, function)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    [policy] = [name for name in names if policy_part in name]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    return lambda: iam.put_role_policy(
        RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
    )


@contextmanager
def without_permission(stack: HandoffStack, function: str, policy_part: str) -> Iterator[None]:
    """Remove the permission while the block runs."""
    restore = remove_permission(stack, function, policy_part)
    try:
        yield
    finally:
        restore()


def _role(stack: HandoffStack, function: str) -> str:
    configuration = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function_names()[function]
    )
    return str(configuration["Role"].rsplit("/", 1)[1])
