"""Who is let in, for any key in any state on any route; and nobody, if that cannot be known."""

from __future__ import annotations

import hmac
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.gatekeeper.api_key import ApiKey
from serverless_runtime.gatekeeper.decision import Gatekeeper
from serverless_runtime.gatekeeper.key_rows import KeyRow, KeyRows
from serverless_runtime.shared.metrics import Counter

NOW = 1_000_000
KEY = ApiKey("0123456789abcdef", "s" * 43)
WRONG_SECRET = KEY._replace(secret="t" * 43)
ABSENT = ApiKey("f" * 16, "s" * 43)
RIGHTS: Mapping[str, Sequence[str]] = {
    "GET /loans": ["read", "audit"],
    "POST /loans": ["write"],
    "GET /open": [],
    "HEAD /special": ["write"],
    "GET /special": ["read"],
}
ROUTES = [*RIGHTS, "HEAD /loans", "HEAD /open", "PUT /loans", "ANY /loans", "$default"]


class Table(KeyRows):
    """One row, and how often it was looked for."""

    def __init__(self, row: KeyRow | None) -> None:
        self.row = row
        self.finds = 0

    def find(self, key_id: str) -> KeyRow | None:
        self.finds += 1
        return self.row if self.row is not None and self.row.key_id == key_id else None


class BrokenTable(KeyRows):
    def __init__(self) -> None:
        pass

    def find(self, key_id: str) -> KeyRow | None:
        raise TimeoutError


def a_row(**changed: Any) -> KeyRow:
    row = KeyRow(
        key_id=KEY.key_id,
        secret_sha256=KEY.digest,
        tenant="acme",
        rights=("read",),
        issued_at=NOW - 10,
    )
    return row._replace(**changed)


def a_request(key: ApiKey | str, route: str = "GET /loans") -> dict[str, Any]:
    header = key if isinstance(key, str) else f"Bearer {key.text('library')}"
    return {"version": "2.0", "type": "REQUEST", "identitySource": [header], "routeKey": route}


def gatekeeper(table: KeyRows) -> Gatekeeper:
    return Gatekeeper(
        table,
        rights=RIGHTS,
        key_prefix="library",
        counter=Counter("Gatekeeper", "c"),
        clock=lambda: NOW,
    )


def decide(table: KeyRows, key: ApiKey | str, route: str) -> tuple[dict[str, Any], Any, int]:
    """The response, the reason of a refusal, and the number of decisions counted."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        response = gatekeeper(table).decide(a_request(key, route))
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    metrics = [each for each in lines if "_aws" in each]
    [reason] = [each["Reason"] for each in metrics if "Refused" in each] or [None]
    return response, reason, sum(each.get("Decisions", 0) for each in metrics)


@given(
    route=st.sampled_from(ROUTES),
    rights=st.sets(st.sampled_from(["read", "write", "audit", "other"])),
    expires_in=st.none() | st.integers(-5, 5),
    revoked=st.booleans(),
    key=st.sampled_from([KEY, WRONG_SECRET, ABSENT, "Bearer nonsense"]),
)
def test_who_has_the_secret_of_a_valid_key_with_a_right_for_the_route_is_let_in_and_nobody_else(
    route: str,
    rights: set[str],
    expires_in: int | None,
    revoked: bool,
    key: ApiKey | str,
) -> None:
    row = a_row(
        rights=tuple(rights),
        expires_at=None if expires_in is None else NOW + expires_in,
        revoked_at=NOW - 1 if revoked else None,
    )
    as_get = route if route in RIGHTS else route.replace("HEAD ", "GET ")
    needed = RIGHTS.get(as_get)
    may = (
        key is KEY
        and not revoked
        and (expires_in is None or expires_in > 0)
        and needed is not None
        and (not needed or bool(rights & set(needed)))
    )

    response, reason, decisions = decide(Table(row), key, route)

    assert response["isAuthorized"] is may
    assert response.get("context") == ({"tenant": "acme", "keyId": KEY.key_id} if may else None)
    assert (reason is None) is may
    assert decisions == 1


@pytest.mark.parametrize(
    ("row", "key", "route", "reason"),
    [
        ({}, "Bearer x", "GET /loans", "malformed"),
        ({}, ABSENT, "GET /loans", "unknown"),
        ({}, WRONG_SECRET, "GET /loans", "unknown"),
        ({"revoked_at": NOW}, WRONG_SECRET, "GET /loans", "unknown"),
        ({"revoked_at": NOW}, KEY, "GET /loans", "revoked"),
        ({"expires_at": NOW}, KEY, "GET /loans", "expired"),
        ({}, KEY, "POST /loans", "no-right"),
        ({}, KEY, "$default", "no-right"),
        ({"rights": ("write",)}, KEY, "GET /special", "no-right"),
    ],
)
def test_a_refusal_is_counted_with_its_reason(
    row: dict[str, Any], key: ApiKey | str, route: str, reason: str
) -> None:
    assert decide(Table(a_row(**row)), key, route)[1] == reason


def test_a_key_that_is_not_there_is_looked_for_like_one_that_is() -> None:
    table = Table(a_row())
    for key in (KEY, WRONG_SECRET, ABSENT):
        table.finds = 0
        decide(table, key, "GET /loans")
        assert table.finds == 1


def test_what_cannot_be_a_key_is_refused_without_a_look_at_the_table() -> None:
    table = Table(a_row(key_id=""))
    for header in (f"Bearer library__{KEY.secret}", f"Bearer library_{KEY.key_id}_", "Bearer x"):
        response, reason, decisions = decide(table, header, "GET /loans")
        assert (response, reason, decisions) == ({"isAuthorized": False}, "malformed", 1)
    assert table.finds == 0


def test_a_secret_is_compared_for_a_key_that_is_not_there_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[int] = []
    compare = hmac.compare_digest

    def counting(one: str, other: str) -> bool:
        compared.append(len(other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    for key in (KEY, WRONG_SECRET, ABSENT):
        decide(Table(a_row()), key, "GET /loans")

    assert compared == [64, 64, 64]


def test_if_the_table_does_not_respond_there_is_no_decision() -> None:
    for key in (KEY, ABSENT):
        with pytest.raises(TimeoutError):
            gatekeeper(BrokenTable()).decide(a_request(key))


@pytest.mark.parametrize("left_out", ["identitySource", "routeKey"])
def test_an_event_of_another_format_is_an_error(left_out: str) -> None:
    event = a_request(KEY)
    del event[left_out]

    with pytest.raises(KeyError):
        gatekeeper(Table(a_row())).decide(event)


def test_nothing_of_the_request_counts_but_what_the_decision_is_cached_by() -> None:
    event = {
        **a_request(ABSENT),
        "headers": {"authorization": f"Bearer {KEY.text('library')}"},
        "requestContext": {"routeKey": "GET /open"},
    }

    assert gatekeeper(Table(a_row())).decide(event) == {"isAuthorized": False}


def test_the_log_names_the_key_and_never_its_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    decide(Table(a_row(revoked_at=NOW)), KEY, "GET /loans")

    [record] = caplog.records
    fields = vars(record)
    assert (fields["key_id"], fields["reason"]) == (KEY.key_id, "revoked")
    assert KEY.secret not in str(fields)
