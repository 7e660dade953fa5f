"""Roles of the emulator, to try what a policy allows there."""

from __future__ import annotations

import json
import uuid
from typing import Any

from local.emulator.clients import ACCOUNT_ID, Clients, Credentials
from local.emulator.start import Emulator


def policy_of(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = policy_of(
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
)
"""Lets functions have a role."""


def as_role(emulator: Emulator, policy: str) -> Clients:
    """Clients that act as a new role with this policy."""
    iam, name = emulator.client("iam"), f"role-{uuid.uuid4()}"
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy_of(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy)
    keys = emulator.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")
    given = keys["Credentials"]
    return Clients(
        emulator.url,
        Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]),
    )
