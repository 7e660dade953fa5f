"""Roles and their inline policies."""

from __future__ import annotations

from local.clients import Clients
from local.deviations import role_policy_for_emulator
from local.resources.maker import Inputs, Made, Maker, Mender, making_again, tags_list


def _role(client: Clients, name: str, inputs: Inputs) -> Made:
    role = client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tags_list(inputs),
    )["Role"]
    return name, {"arn": role["Arn"], "uniqueId": role["RoleId"]}


def _role_policy(client: Clients, name: str, inputs: Inputs) -> Made:
    client("iam").put_role_policy(
        RoleName=inputs["role"],
        PolicyName=name,
        PolicyDocument=role_policy_for_emulator(inputs["policy"]),
    )
    return f"{inputs['role']}:{name}", {}


MAKERS: dict[str, Maker] = {
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
}

MENDERS: dict[str, Mender] = {"aws:iam/rolePolicy:RolePolicy": making_again(_role_policy)}
