"""Who may call an API that requires AWS signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.emulator.clients import ACCOUNT_ID, REGION
from local.scenario.handoff_stack import HandoffStack, handoff_stack

TRUST = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}


@pytest.fixture(scope="module")
def signed_stack() -> Iterator[HandoffStack]:
    settings = {"api": json.dumps({"auth": {"kind": "iam"}})}
    with handoff_stack("e2e-signatures", settings=settings) as stack:
        yield stack


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def reader(signed_stack: HandoffStack) -> Credentials:
    """A user who may list tasks, and nothing else."""
    iam, sts = signed_stack.client("iam"), signed_stack.client("sts")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=_document(TRUST))["Role"]
    api_id = signed_stack.api_url.rsplit("/", 1)[-1]
    may = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/*/GET/tasks",
    }
    iam.put_role_policy(RoleName="reader", PolicyName="may", PolicyDocument=_document(may))
    keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _call(
    stack: HandoffStack, method: str, path: str, credentials: Credentials | None
) -> httpx.Response:
    request = AWSRequest(method, f"{stack.api_url}{path}")
    if credentials is not None:
        SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    return httpx.request(
        method, request.url, headers=dict(request.headers), trust_env=False, timeout=30
    )


def test_without_a_signature_every_route_is_forbidden(signed_stack: HandoffStack) -> None:
    for method, path in (("GET", "/tasks"), ("POST", "/tasks"), ("GET", "/elsewhere")):
        assert _call(signed_stack, method, path, None).status_code == 403


def test_a_signature_gives_access_to_the_route_that_its_owner_may_call(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    response = _call(signed_stack, "GET", "/tasks", reader)
    assert (response.status_code, response.json()["items"]) == (200, [])


def test_a_signature_gives_access_to_no_other_route(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    assert _call(signed_stack, "POST", "/tasks", reader).status_code == 403


def test_a_signature_made_with_another_secret_gives_no_access(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    forged = Credentials(reader.access_key, "x" * 40, reader.token)
    assert _call(signed_stack, "GET", "/tasks", forged).status_code == 403
