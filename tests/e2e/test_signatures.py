"""Who may call an API that requires AWS signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from botocore.credentials import Credentials

from local.scenario.handoff_stack import HandoffStack, handoff_stack
from local.signing import caller_of, signed


@pytest.fixture(scope="module")
def signed_stack() -> Iterator[HandoffStack]:
    settings = {"api": json.dumps({"auth": {"kind": "iam"}})}
    with handoff_stack("e2e-signatures", settings=settings, watched=False) as stack:
        yield stack


@pytest.fixture(scope="module")
def reader(signed_stack: HandoffStack) -> Credentials:
    """A user who may list tasks, and nothing else."""
    return caller_of(signed_stack, signed_stack.api_url, "GET/tasks", name="reader")


def call(
    stack: HandoffStack, method: str, path: str, credentials: Credentials | None = None
) -> httpx.Response:
    url = f"{stack.api_url}{path}"
    headers = {} if credentials is None else signed(method, url, credentials)
    return httpx.request(method, url, headers=headers, trust_env=False, timeout=30)


def test_without_a_signature_every_route_is_forbidden(signed_stack: HandoffStack) -> None:
    for method, path in (("GET", "/tasks"), ("POST", "/tasks"), ("GET", "/elsewhere")):
        assert call(signed_stack, method, path).status_code == 403


def test_a_signature_gives_access_to_the_route_that_its_owner_may_call(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    response = call(signed_stack, "GET", "/tasks", reader)
    assert (response.status_code, response.json()["items"]) == (200, [])


def test_a_signature_gives_access_to_no_other_route(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    assert call(signed_stack, "POST", "/tasks", reader).status_code == 403


def test_a_signature_made_with_another_secret_gives_no_access(
    signed_stack: HandoffStack, reader: Credentials
) -> None:
    forged = Credentials(reader.access_key, "x" * 40, reader.token)
    assert call(signed_stack, "GET", "/tasks", forged).status_code == 403
