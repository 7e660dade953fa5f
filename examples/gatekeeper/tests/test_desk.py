"""The partner desk and its keys in the emulator: `python -m local test examples/gatekeeper`."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from partners import CREATED, OK, call, desk, issue, revoke

from local.permitted import permitted
from local.testing import Deployed


def test_a_partner_sees_what_it_has_lent_whatever_it_says_who_it_is(
    program: Deployed, api: httpx.Client
) -> None:
    one, other = issue(program, "read", "write"), issue(program, "read", "write")
    lent = call(api, one, "POST").json()

    forged = {"tenant": other.partner, "keyId": other.key_id, "x-tenant": other.partner}
    found = call(api, one, headers=forged).json()

    assert (found["partner"], [each["id"] for each in found["items"]]) == (
        one.partner,
        [lent["id"]],
    )
    assert call(api, other).json()["items"] == []


def test_a_key_is_shown_once_and_kept_nowhere(program: Deployed, api: httpx.Client) -> None:
    key = issue(program, "read", "write")
    secret = key.text.split("_", 2)[2]
    assert call(api, key).status_code == OK
    assert call(api, key, "POST").status_code == CREATED
    revoke(program, key)

    listed = desk(program, "list", key.partner)
    assert [each["key_id"] for each in listed["done"]] == [key.key_id]
    rows = program.client("dynamodb").scan(TableName=program.outputs["keysTable"])["Items"]
    assert any(row["key_id"]["S"] == key.key_id for row in rows)
    logs = [line for name in program.function_names() for line in program.logs(name)]
    for text in (json.dumps(listed), json.dumps(rows), *logs):
        assert secret not in text


def test_the_desk_is_told_what_cannot_be_done(program: Deployed, api: httpx.Client) -> None:
    key = issue(program, "read")

    refused = desk(program, "issue", key.partner, rights=["read", "rule"])["refused"]
    assert refused == "rights must be a list of read, write, got a list of 2"
    refused = desk(program, "revoke", "another-partner", keyId=key.key_id)["refused"]
    assert refused == f"this tenant has no key {key.key_id}"
    assert call(api, key).status_code == OK


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ({}, "do must be issue, list, revoke"),
        ({"do": "lend", "partner": "p"}, "do must be issue, list, revoke"),
        ({"do": "issue", "rights": ["read"]}, "issue must have partner, text"),
        ({"do": "issue", "partner": "p"}, "issue must have rights, a list"),
        ({"do": "issue", "partner": "p", "rights": "read"}, "issue must have rights, a list"),
        ({"do": "list", "partner": " "}, "list must have partner, text"),
        ({"do": "revoke", "partner": "p"}, "revoke must have keyId, text"),
    ],
)
def test_the_desk_says_what_an_order_lacks(
    program: Deployed, order: dict[str, Any], text: str
) -> None:
    assert program.invoke("partner-desk", order) == {"refused": text}


def test_a_whole_key_in_place_of_its_id_is_refused_and_not_repeated(program: Deployed) -> None:
    key = issue(program, "read")

    refused = desk(program, "revoke", key.partner, keyId=key.text)["refused"]

    assert "give the middle part of the key, 16 characters 0-9a-f" in refused
    assert key.text.split("_", 2)[2] not in refused


def test_every_function_may_do_its_own_work_and_nothing_else(program: Deployed) -> None:
    found = permitted(program)

    assert found["partners-authorizer"] == {"GetItem of partners-table"}
    assert {each for each in found["partners-keys"] if "Query" not in each} == {
        "PutItem of partners-table",
        "UpdateItem of partners-table",
    }
    assert found["loans-list-loans"] == {"Query of loans-table"}
    assert found["loans-lend-book"] == {"PutItem of loans-table"}
    assert found["partner-desk"] == found["loans-no-route"] == set()
