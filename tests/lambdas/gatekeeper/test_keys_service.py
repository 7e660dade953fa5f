"""What the service of keys answers, whole, at a fixed time; and what it refuses, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from serverless_runtime.gatekeeper.api_key import looks_like_key
from serverless_runtime.gatekeeper.caller import NoCallerError, caller_of
from serverless_runtime.gatekeeper.key_rows import KeyRow
from serverless_runtime.gatekeeper.keys_service import KeysService
from serverless_runtime.gatekeeper.untold import kind_of
from serverless_runtime.service_calls.client import Deadline
from serverless_runtime.service_calls.entry import Call, Refusal

NOW = 1_772_357_400.75  # 2026-03-01T09:30:00.750Z
ID = "0123456789abcdef"


class Rows:
    """Stands in for the table."""

    def __init__(self, *rows: KeyRow) -> None:
        self.rows = list(rows)

    def add(self, row: KeyRow) -> None:
        self.rows.append(row)

    def of_tenant(self, tenant: str) -> Iterator[KeyRow]:
        return (row for row in self.rows if row.tenant == tenant)

    def revoke(self, tenant: str, key_id: str, at: int) -> KeyRow | None:
        found = [row for row in self.rows if (row.tenant, row.key_id) == (tenant, key_id)]
        return found[0]._replace(revoked_at=at) if found else None


def a_service(*rows: KeyRow) -> tuple[KeysService, Rows]:
    table: Any = Rows(*rows)
    return KeysService(
        table,
        rights=["read", "write"],
        key_prefix="lib",
        decision_holds_seconds=310,
        clock=lambda: NOW,
    ), table


def asking(payload: Any) -> Call:
    return Call(payload=payload, deadline=Deadline(0), correlation_id="c", version=1)


def a_row(key_id: str = ID, **changes: Any) -> KeyRow:
    return KeyRow(key_id, "0" * 64, "acme", ("read",), 1_772_357_400)._replace(**changes)


def test_a_key_is_issued_with_everything_that_is_known_of_it() -> None:
    service, table = a_service()

    answer = service.issue(
        asking({"tenant": "acme", "rights": ["write", "read", "write"], "expiresInDays": 2})
    )

    [row] = table.rows
    assert row == KeyRow(
        key_id=answer["keyId"],
        secret_sha256=row.secret_sha256,
        tenant="acme",
        rights=("read", "write"),
        issued_at=1_772_357_400,
        expires_at=1_772_357_400 + 2 * 86_400,
    )
    assert answer.pop("key").startswith(f"lib_{row.key_id}_")
    assert answer == {
        "keyId": row.key_id,
        "tenant": "acme",
        "rights": ["read", "write"],
        "issuedAt": "2026-03-01T09:30:00.000Z",
        "expiresAt": "2026-03-03T09:30:00.000Z",
        "revokedAt": None,
    }


def test_a_revocation_says_until_when_a_decision_may_hold() -> None:
    service, _ = a_service(a_row(expires_at=1_772_443_800))

    assert service.revoke(asking({"tenant": "acme", "keyId": ID})) == {
        "letInUntil": "2026-03-01T09:35:10.750Z",
        "keyId": ID,
        "tenant": "acme",
        "rights": ["read"],
        "issuedAt": "2026-03-01T09:30:00.000Z",
        "expiresAt": "2026-03-02T09:30:00.000Z",
        "revokedAt": "2026-03-01T09:30:00.000Z",
    }


def test_keys_are_listed_by_age_and_then_by_id() -> None:
    ids = ["b" * 16, "a" * 16, "c" * 16, "d" * 16]
    rows = [a_row(each, issued_at=at) for each, at in zip(ids, (5, 5, 4, 6), strict=True)]
    service, _ = a_service(*rows, a_row(tenant="other"))

    listed = service.list(asking({"tenant": "acme"}))["keys"]

    assert [each["keyId"][0] for each in listed] == ["c", "a", "b", "d"]


TENANT = "tenant must be 1 to 64 letters, digits and ._- that begin with a letter or digit, got "
KEY_ID = "keyId must be a key's id: give the middle part of the key, 16 characters 0-9a-f; got "


@pytest.mark.parametrize(
    ("operation", "payload", "text"),
    [
        ("list", [], "the payload must be an object with tenant"),
        ("list", {"tenant": "a", "x": 1}, "the payload must be an object with tenant"),
        ("list", {"tenant": "a" * 65}, f"{TENANT}text of 65 characters"),
        ("list", {"tenant": ".a"}, f"{TENANT}text of 2 characters"),
        ("list", {"tenant": "a\n"}, f"{TENANT}text of 2 characters"),
        ("list", {"tenant": None}, f"{TENANT}None"),
        (
            "list",
            {"tenant": f"a_{ID}_{'s' * 43}"},
            "tenant must name whose the key is, got what looks like a key",
        ),
        ("revoke", {"tenant": "a", "keyId": ID[1:]}, f"{KEY_ID}text of 15 characters"),
        ("revoke", {"tenant": "a", "keyId": f"{ID}0"}, f"{KEY_ID}text of 17 characters"),
        ("revoke", {"tenant": "a", "keyId": "g" * 16}, f"{KEY_ID}text of 16 characters"),
        ("revoke", {"tenant": "a", "keyId": 7}, f"{KEY_ID}7"),
        ("issue", {"tenant": "a"}, "rights must be a list of read, write, got None"),
        (
            "issue",
            {"tenant": "a", "rights": ["x"]},
            "rights must be a list of read, write, got a list of 1",
        ),
        (
            "issue",
            {"tenant": "a", "rights": [], "expiresInDays": 3_651},
            "expiresInDays must be 1 to 3650, or null, got 3651",
        ),
        (
            "issue",
            {"tenant": "a", "rights": [], "expiresInDays": 0},
            "expiresInDays must be 1 to 3650, or null, got 0",
        ),
        (
            "issue",
            {"tenant": "a", "rights": [], "expiresInDays": 1.0},
            "expiresInDays must be 1 to 3650, or null, got 1.0",
        ),
    ],
)
def test_a_refusal_says_what_and_never_repeats_it(operation: str, payload: Any, text: str) -> None:
    service, table = a_service()

    with pytest.raises(Refusal) as raised:
        getattr(service, operation)(asking(payload))

    assert (raised.value.code, raised.value.text) == ("invalid-request", text)
    assert str(raised.value) == f"invalid-request: {text}"
    assert table.rows == []


@pytest.mark.parametrize("tenant", ["a", "A" * 64, "0.-_"])
@pytest.mark.parametrize("days", [None, 1, 3_650])
def test_what_is_within_the_limits_is_taken(tenant: str, days: int | None) -> None:
    service, table = a_service()

    service.issue(asking({"tenant": tenant, "rights": [], "expiresInDays": days}))

    expires_at = None if days is None else 1_772_357_400 + days * 86_400
    assert [(row.tenant, row.expires_at) for row in table.rows] == [(tenant, expires_at)]


def test_of_a_value_its_kind_is_told() -> None:
    told = {
        "None": None,
        "True": True,
        "7": 7,
        "1.5": 1.5,
        "1" * 20: int("1" * 21),
        "text of 2 characters": "ab",
        "a list of 3": (1, 2, 3),
        "a dict": {"a": 1},
    }

    assert {kind_of(value) for value in told.values()} == set(told)
    assert kind_of([]) == "a list of 0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"x_{ID}_{'s' * 43}", True),
        (f"x_{ID}_{'s' * 42}", False),
        (f"x_{ID[1:]}_{'s' * 43}", False),
        (f"see lib_{ID}_{'-' * 50} there", True),
        (f"{ID}_{'s' * 43}", False),
    ],
)
def test_a_key_is_recognised_in_a_text(text: str, *, expected: bool) -> None:
    assert looks_like_key(text) is expected


@pytest.mark.parametrize("missing", ["tenant", "keyId"])
@pytest.mark.parametrize("wrong", [None, "", 7, [], ["a"]])
def test_a_caller_has_a_tenant_and_a_key(missing: str, wrong: object) -> None:
    known = {"tenant": "acme", "keyId": ID, missing: wrong}

    with pytest.raises(NoCallerError):
        caller_of({"requestContext": {"authorizer": {"lambda": known}}})


@pytest.mark.parametrize(("event", "shown"), [(None, "None"), ([], "a list"), ({}, "a dict")])
def test_a_caller_is_found_in_the_event_of_an_api(event: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=f"^event must be that of an HTTP API, got {shown}$"):
        caller_of(event)
