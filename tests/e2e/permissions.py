"""Rights that somebody takes from a function by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

from local.stack import DeployedStack


def has_right(stack: DeployedStack, operation: str, policy_part: str) -> bool:
    """Whether the function has a policy whose name has that part."""
    names = stack.client("iam").list_role_policies(RoleName=_role(stack, operation))["PolicyNames"]
    return any(policy_part in name for name in names)


def take_right(stack: DeployedStack, operation: str, policy_part: str) -> Callable[[], None]:
    """Take the one policy whose name has that part from a function; return what puts it back."""
    iam, role = stack.client("iam"), _role(stack, operation)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    [policy] = [name for name in names if policy_part in name]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    return lambda: iam.put_role_policy(
        RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
    )


def _role(stack: DeployedStack, operation: str) -> str:
    function = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function_names()[operation]
    )
    return str(function["Role"].rsplit("/", 1)[1])
