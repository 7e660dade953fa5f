"""Both functions with DynamoDB in memory: what the service issues, the authorizer knows."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.gatekeeper.api_key import new_key
from serverless_runtime.gatekeeper.handlers import authorize, keep_keys
from serverless_runtime.shared import aws
from serverless_runtime.shared.timestamps import from_text

CONTEXT = SimpleNamespace(aws_request_id="1")


@pytest.fixture
def ask(keys_table: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    def ask_service(operation: str, payload: Any) -> Any:
        monkeypatch.setenv("RIGHTS", "read,write")
        request = {
            "operation": operation,
            "version": 1,
            "correlation_id": "c",
            "deadline_ms": int(time.time() * 1000) + 10_000,
            "payload": payload,
        }
        return keep_keys.handle(request, CONTEXT)

    return ask_service


@pytest.fixture
def may(keys_table: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    def may_call(key: str, route: str = "GET /loans") -> Any:
        rights = {"GET /loans": ["read"], "POST /loans": ["write"]}
        monkeypatch.setenv("RIGHTS", json.dumps(rights))
        event = {"identitySource": [f"Bearer {key}", route], "routeKey": route}
        return authorize.handle(event, CONTEXT)

    return may_call


def rows(table: str) -> list[Any]:
    return list(aws.boto3_client("dynamodb").scan(TableName=table)["Items"])


def test_an_issued_key_lets_its_tenant_in(ask: Any, may: Any) -> None:
    issued = ask("issue", {"tenant": "acme", "rights": ["read"]})["ok"]

    context = {"tenant": "acme", "keyId": issued["keyId"]}
    assert may(issued["key"]) == {"isAuthorized": True, "context": context}
    assert may(issued["key"], "POST /loans") == {"isAuthorized": False}


def test_the_table_has_a_digest_and_no_key(ask: Any, keys_table: str) -> None:
    issued = ask("issue", {"tenant": "acme", "rights": ["write", "read", "read"]})["ok"]

    [row] = rows(keys_table)
    assert issued["key"].split("_", 2)[2] not in json.dumps(row)
    assert row["key_id"]["S"] == issued["keyId"]
    assert issued["rights"] == ["read", "write"]
    assert "expires_at" not in row


def test_a_key_expires_after_its_days_and_dynamodb_deletes_it(ask: Any, keys_table: str) -> None:
    issued = ask("issue", {"tenant": "acme", "rights": [], "expiresInDays": 30})["ok"]

    issued_at, expires_at = from_text(issued["issuedAt"]), from_text(issued["expiresAt"])
    assert (expires_at - issued_at).days == 30
    assert rows(keys_table)[0]["expires_at"] == {"N": str(int(expires_at.timestamp()))}


def test_a_revoked_key_is_refused_and_the_first_revocation_counts(ask: Any, may: Any) -> None:
    issued = ask("issue", {"tenant": "acme", "rights": ["read"]})["ok"]
    wanted = {"tenant": "acme", "keyId": issued["keyId"]}
    before = time.time()

    first, second = (ask("revoke", wanted)["ok"] for _ in range(2))

    assert may(issued["key"]) == {"isAuthorized": False}
    assert first["revokedAt"] == second["revokedAt"]
    # The table's answer comes before the clock is read; milliseconds are cut off.
    until = from_text(first["letInUntil"]).timestamp()
    assert before + 310 - 0.001 <= until <= time.time() + 310


def test_a_tenant_has_its_own_keys_and_revokes_no_other(ask: Any, may: Any) -> None:
    own = [ask("issue", {"tenant": "acme", "rights": ["read"]})["ok"] for _ in range(3)]
    other = ask("issue", {"tenant": "other", "rights": ["read"]})["ok"]

    listed = ask("list", {"tenant": "acme"})["ok"]["keys"]
    assert {each["keyId"] for each in listed} == {each["keyId"] for each in own}
    assert all("key" not in each for each in listed)
    assert ask("list", {"tenant": "nobody"})["ok"] == {"keys": []}
    refused = ask("revoke", {"tenant": "acme", "keyId": other["keyId"]})["refused"]
    assert refused == {"code": "unknown-key", "text": f"this tenant has no key {other['keyId']}"}
    assert may(other["key"])["isAuthorized"] is True


@pytest.mark.parametrize(
    ("operation", "payload", "text"),
    [
        ("issue", None, "the payload must be an object with tenant, rights, expiresInDays"),
        ("issue", {"tenant": "a", "rights": [], "expires": 1}, "the payload must be an object"),
        ("issue", {"tenant": "a b", "rights": []}, "tenant must be 1 to 64 letters"),
        ("issue", {"rights": []}, "tenant must be 1 to 64 letters"),
        ("issue", {"tenant": "a", "rights": ["rule"]}, "must be a list of read, write, got"),
        (
            "issue",
            {"tenant": "a", "rights": "read"},
            "must be a list of read, write, got text of 4",
        ),
        ("issue", {"tenant": "a"}, "must be a list of read, write, got None"),
        ("issue", {"tenant": "a", "rights": [], "expiresInDays": 0}, "must be 1 to 3650"),
        ("issue", {"tenant": "a", "rights": [], "expiresInDays": True}, "or null, got True"),
        ("list", {}, "tenant must be 1 to 64 letters"),
        ("issue", {"tenant": "a", "rights": [], "expiresInDays": 3651}, "got 3651"),
        ("revoke", {"tenant": "a"}, "give the middle part of the key, 16 characters 0-9a-f"),
        ("revoke", {"tenant": "a", "keyId": ""}, "got text of 0 characters"),
        ("revoke", {"tenant": "a", "keyId": "0123456789abcdeF"}, "keyId must be a key's id"),
        ("revoke", {"tenant": "a", "keyId": "0123456789abcdef0"}, "keyId must be a key's id"),
    ],
)
def test_what_cannot_be_done_is_refused_and_stores_nothing(
    ask: Any, keys_table: str, operation: str, payload: Any, text: str
) -> None:
    assert text in ask(operation, payload)["refused"]["text"]
    assert rows(keys_table) == []


def with_key(key: str) -> list[tuple[str, Any]]:
    """Requests that have a key, or its secret, where something else belongs."""
    secret = key.split("_", 2)[2]
    return [
        ("revoke", {"tenant": "acme", "keyId": key}),
        ("revoke", {"tenant": "acme", "keyId": secret}),
        ("revoke", {"tenant": key, "keyId": "0" * 16}),
        ("revoke", {"tenant": secret, "keyId": "0" * 16}),
        ("list", {"tenant": key}),
        ("issue", {"tenant": key, "rights": ["read"]}),
        ("issue", {"tenant": "acme", "rights": key}),
        ("issue", {"tenant": "acme", "rights": [key]}),
        ("issue", {"tenant": "acme", "rights": {key: key}}),
        ("issue", {"tenant": "acme", "rights": [], "expiresInDays": key}),
        ("issue", {"tenant": "acme", key: key}),
        ("issue", key),
    ]


@pytest.mark.parametrize("prefix", ["k", "key", "library"])
def test_no_refusal_repeats_a_key_whatever_field_it_is_in(
    ask: Any, keys_table: str, prefix: str
) -> None:
    key = new_key()
    for operation, payload in with_key(key.text(prefix)):
        text = ask(operation, payload)["refused"]["text"]
        assert key.secret[:8] not in text, (operation, text)
    assert rows(keys_table) == []


def test_the_longest_time_of_a_key_is_ten_years(ask: Any) -> None:
    issued = ask("issue", {"tenant": "acme", "rights": [], "expiresInDays": 3650})["ok"]

    assert (from_text(issued["expiresAt"]) - from_text(issued["issuedAt"])).days == 3650


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["issue", "list", "revoke"]),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("tenant", "rights", "keyId", "expiresInDays"), json_values)
    ),
)
def test_no_payload_is_a_fault(ask: Any, operation: str, payload: Any) -> None:
    answer = ask(operation, payload)

    assert answer.keys() <= {"ok", "refused"}
