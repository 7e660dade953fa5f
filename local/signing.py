"""Callers of an API that requires AWS signatures, as whoever has a role of the account is one."""

from __future__ import annotations

import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.deployed import Deployed
from local.emulator.clients import ACCOUNT_ID, REGION


def caller_of(program: Deployed, api_url: str, route: str, *, name: str) -> Credentials:
    """Return credentials of a new role that may call one route, e.g. "GET/tasks", and nothing
    else."""
    api_id = api_url.rsplit("/", 1)[-1]
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    may = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/*/{route}",
    }
    iam = program.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="call", PolicyDocument=_policy(may))
    given = program.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="caller")
    keys = given["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def signed(method: str, url: str, credentials: Credentials, body: bytes = b"") -> dict[str, str]:
    """Return the headers of a signed request; a body is JSON."""
    headers = {"content-type": "application/json"} if body else {}
    request = AWSRequest(method, url, headers=headers, data=body)
    SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    return dict(request.headers)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
