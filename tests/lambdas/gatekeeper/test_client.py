"""The typed client of the keys, against the service itself."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.gatekeeper.caller import Caller, NoCallerError, caller_of
from serverless_runtime.gatekeeper.client import ApiKeys, Deadline
from serverless_runtime.gatekeeper.handlers import keep_keys
from serverless_runtime.service_calls.errors import RefusedError
from serverless_runtime.service_calls.settings import service_environment
from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.lambda_ import LambdaClient
from tests.lambdas.service_calls.lambda_side import ARN, LambdaSide


@pytest.fixture
def keys(keys_table: str, monkeypatch: pytest.MonkeyPatch) -> ApiKeys:
    environment = service_environment(
        "partner-keys", function_arn=ARN, component="c", safe="list,revoke", unsafe="issue"
    )
    for name, value in {**environment, "RIGHTS": "read,write"}.items():
        monkeypatch.setenv(name, value)
    client = LambdaClient(ClientConfig(read_timeout=3, total_max_attempts=1))
    transport: Any = LambdaSide(keep_keys.handle)
    client.transport = transport
    return ApiKeys("partner-keys", client=client)


def test_a_key_is_issued_listed_and_revoked(keys: ApiKeys) -> None:
    deadline = Deadline.after(10)
    issued = keys.issue("acme", ["read"], expires_in_days=7, deadline=deadline)
    [listed] = keys.of_tenant("acme", deadline=deadline)
    revoked = keys.revoke("acme", issued.key_id, deadline=deadline)

    assert issued.key.startswith(f"library_{issued.key_id}_")
    assert (listed.key_id, listed.tenant, listed.rights) == (issued.key_id, "acme", ("read",))
    assert (listed.expires_at, listed.revoked_at) == (issued.expires_at, None)
    assert revoked.revoked_at is not None
    assert revoked.let_in_until > revoked.revoked_at


def test_a_key_is_not_in_what_is_printed_of_it(keys: ApiKeys) -> None:
    issued = keys.issue("acme", ["read"], deadline=Deadline.after(10))

    assert issued.key not in repr(issued)


def test_a_refusal_says_why(keys: ApiKeys) -> None:
    with pytest.raises(RefusedError, match=f"unknown-key: this tenant has no key {'0' * 16}"):
        keys.revoke("acme", "0" * 16, deadline=Deadline.after(10))


def test_no_error_repeats_a_key_that_was_given_for_something_else(keys: ApiKeys) -> None:
    deadline = Deadline.after(10)
    issued = keys.issue("acme", ["read"], deadline=deadline).key
    given: Any = issued
    for call in (
        lambda: keys.revoke("acme", given, deadline=deadline),
        lambda: keys.revoke(given, "0" * 16, deadline=deadline),
        lambda: keys.of_tenant(given, deadline=deadline),
        lambda: keys.issue(given, ["read"], deadline=deadline),
        lambda: keys.issue("acme", given, deadline=deadline),
        lambda: keys.issue("acme", [given], deadline=deadline),
        lambda: keys.issue("acme", ["read"], expires_in_days=given, deadline=deadline),
    ):
        with pytest.raises((ValueError, RefusedError)) as raised:
            call()
        assert issued.split("_", 2)[2][:8] not in str(raised.value)


def test_the_caller_is_who_the_gatekeeper_says() -> None:
    context = {"authorizer": {"lambda": {"tenant": "acme", "keyId": "k"}}}

    assert caller_of({"requestContext": context}) == Caller("acme", "k")


@pytest.mark.parametrize(
    "context",
    [
        None,
        {},
        {"authorizer": None},
        {"authorizer": {"lambda": None}},
        {"authorizer": {"lambda": {"tenant": "acme"}}},
        {"authorizer": {"lambda": {"tenant": "acme", "keyId": ""}}},
        {"authorizer": {"lambda": {"tenant": ["acme"], "keyId": "k"}}},
        {"authorizer": {"lambda": ["tenant", "keyId"]}},
        {"authorizer": {"lambda": "tenant keyId"}},
        {"authorizer": "lambda"},
        "authorizer",
        1,
        {"authorizer": {"jwt": {"claims": {"tenant": "acme", "keyId": "k"}}}},
    ],
)
def test_a_request_that_no_gatekeeper_has_let_in_has_no_caller(context: Any) -> None:
    event = {"requestContext": context, "headers": {"tenant": "acme", "keyid": "k"}}

    with pytest.raises(NoCallerError, match="the route needs its auth"):
        caller_of(event)
