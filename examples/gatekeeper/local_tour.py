"""The story of partners who lend books with keys of their own, and of a key in wrong hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from local.testing import Deployed
from local.tour import require

_PARTNER = "city-college"


def a_partner_gets_a_key(program: Deployed) -> Iterator[str]:
    """A partner gets a key for reading and lending, and uses it"""
    key = _issue(program, "read", "write")
    yield f"the desk shows it once: {key['key'][:30]}…, of {key['tenant']}, for read and write"
    with _api(program, key) as api:
        lent = api.post("/loans", json={"bookId": "B-1811"})
        require(lent.status_code == httpx.codes.CREATED, "a loan", seen=lent.text)
        found = api.get("/loans").json()
    require(found["partner"] == _PARTNER, f"the loans of {_PARTNER}", seen=found)
    yield f"POST /loans → {lent.status_code}, GET /loans → {len(found['items'])} of its own"
    rows = program.client("dynamodb").scan(TableName=program.outputs["keysTable"])["Items"]
    stored = [row for row in rows if row["key_id"]["S"] == key["key_id"]]
    require(key["key"].split("_", 2)[2] not in str(rows), "no key in the table", seen=stored)
    yield f"the table has its SHA-256: {stored[0]['secret_sha256']['S'][:16]}…"


def a_key_is_for_what_it_was_issued_for(program: Deployed) -> Iterator[str]:
    """A key for reading does not lend, and no key does nothing"""
    with _api(program, _issue(program, "read")) as api:
        read, lent = api.get("/loans").status_code, api.post("/loans", json={}).status_code
        require((read, lent) == (200, 403), "200 and 403", seen=(read, lent))
        yield f"GET /loans → {read}, POST /loans → {lent}"
        before = _decisions(program)
        statuses = [api.get("/loans").status_code for _ in range(20)]
        require(set(statuses) == {200}, "20 times 200", seen=statuses)
        made = _decisions(program) - before
        require(made == 0, "no decision", seen=made)
        yield f"GET /loans 20 more times → 200, and {made} more decisions: API Gateway caches them"
    with _api(program, None) as api:
        nobody = api.get("/loans").status_code
    require(nobody == httpx.codes.UNAUTHORIZED, "401", seen=nobody)
    yield f"without a key → {nobody}, and nobody is asked"


def a_key_gets_into_wrong_hands(program: Deployed) -> Iterator[str]:
    """A key gets into wrong hands, and is revoked"""
    key = _issue(program, "read", "write")
    revoked = _desk(program, "revoke", keyId=key["key_id"])
    yield f"revoked; a decision from before may let it in until {revoked['let_in_until']}"
    with _api(program, key) as api:
        status = api.post("/loans", json={"bookId": "B-1811"}).status_code
    require(status == httpx.codes.FORBIDDEN, "403", seen=status)
    yield f"POST /loans → {status}: there was no decision from before"
    keys = _desk(program, "list")
    good = sum(each["revoked_at"] is None for each in keys)
    yield f"{_PARTNER} has {len(keys)} keys, {good} of which are good"


def _issue(program: Deployed, *rights: str) -> Any:
    return _desk(program, "issue", rights=list(rights))


def _desk(program: Deployed, do: str, **fields: Any) -> Any:
    answer = program.invoke("partner-desk", {"do": do, "partner": _PARTNER, **fields})
    require("done" in answer, f"the desk to {do}", seen=answer)
    return answer["done"]


def _api(program: Deployed, key: Any) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key['key']}"} if key else {}
    url = program.outputs["apiUrl"]
    return httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)


def _decisions(program: Deployed) -> int:
    return sum("Decisions" in each for each in program.log_records("partners-authorizer"))


STEPS = (a_partner_gets_a_key, a_key_is_for_what_it_was_issued_for, a_key_gets_into_wrong_hands)
