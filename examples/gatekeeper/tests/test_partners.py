"""The program in the emulator: `python -m local test examples/gatekeeper`."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest

from local.permitted import permitted
from local.testing import Deployed, eventually, sized

CALLS = sized(36, full=300)
ROUTES = ("GET", "POST")
SHORT_CACHE_SECONDS = 2
LONGEST_DECISION_SECONDS = 10
OK, CREATED, UNAUTHORIZED, FORBIDDEN = 200, 201, 401, 403
ALLOWED = {OK, CREATED}
RIGHTS = {"reads": ["read"], "lends": ["write"], "does both": ["read", "write"]}
EXPECTED = {
    ("reads", "GET"): OK,
    ("reads", "POST"): FORBIDDEN,
    ("lends", "GET"): FORBIDDEN,
    ("lends", "POST"): CREATED,
    ("does both", "GET"): OK,
    ("does both", "POST"): CREATED,
}


class Key(NamedTuple):
    """A partner's key."""

    partner: str
    key_id: str
    text: str


def desk(program: Deployed, do: str, partner: str, **fields: Any) -> Any:
    return program.invoke("partner-desk", {"do": do, "partner": partner, **fields})


def issue(program: Deployed, *rights: str, partner: str | None = None) -> Key:
    name = partner or f"partner-{uuid4().hex[:12]}"
    done = desk(program, "issue", name, rights=list(rights))["done"]
    return Key(name, done["key_id"], done["key"])


@pytest.fixture(scope="module")
def api(program: Deployed) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.outputs["apiUrl"], timeout=30, trust_env=False) as client:
        yield client


def call(
    api: httpx.Client,
    key: Key | str | None,
    method: str = "GET",
    path: str = "/loans",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    sent = dict(headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key.text if isinstance(key, Key) else key}"
    body = {"bookId": "B-1811"} if method == "POST" else None
    return api.request(method, path, headers=sent, json=body)


def decisions(program: Deployed) -> int:
    """How often the gatekeeper has decided: what was cached is not among them."""
    return sum("Decisions" in each for each in program.log_records("partners-authorizer"))


def revoke(program: Deployed, key: Key) -> dict[str, str]:
    done: dict[str, str] = desk(program, "revoke", key.partner, keyId=key.key_id)["done"]
    return done


def authorizers(program: Deployed) -> list[dict[str, Any]]:
    client = program.client("apigatewayv2")
    [api] = client.get_apis()["Items"]
    found = client.get_authorizers(ApiId=api["ApiId"])["Items"]
    return [{"ApiId": api["ApiId"], **each} for each in found]


@contextmanager
def authorizer_with(program: Deployed, **settings: Any) -> Iterator[None]:
    """The API's authorizer with other settings."""
    client, [found] = program.client("apigatewayv2"), authorizers(program)
    this = {name: found[name] for name in ("ApiId", "AuthorizerId")}
    client.update_authorizer(**this, **settings)
    try:
        yield
    finally:
        client.update_authorizer(**this, **{name: found[name] for name in settings})


@contextmanager
def keys_out_of_reach(program: Deployed) -> Iterator[None]:
    """The gatekeeper cannot read its table."""
    client, function = program.client("iam"), program.function_names()["partners-authorizer"]
    found = program.client("lambda").get_function_configuration(FunctionName=function)
    role = found["Role"].rpartition("/")[2]
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    [name] = [each for each in names if "find-keys" in each]
    this = {"RoleName": role, "PolicyName": name}
    document = client.get_role_policy(**this)["PolicyDocument"]
    client.delete_role_policy(**this)
    try:
        yield
    finally:
        client.put_role_policy(**this, PolicyDocument=json.dumps(document))


def in_random_order(
    program: Deployed, api: httpx.Client, calls: int
) -> Counter[tuple[str, str, int]]:
    """The calls by key, method and what is wrong with their status; those with 0 are right."""
    keys = {name: issue(program, *rights) for name, rights in RIGHTS.items()}
    each_once = list(EXPECTED)
    more = random.choices(each_once, k=calls - len(each_once))  # noqa: S311 -- no secret
    order = random.sample(each_once + more, k=calls)
    found: Counter[tuple[str, str, int]] = Counter()
    for name, method in order:
        status = call(api, keys[name], method).status_code
        found[name, method, 0 if status == EXPECTED[name, method] else status] += 1
    return found


def wrong(found: Counter[tuple[str, str, int]]) -> dict[tuple[str, str, int], int]:
    return {each: count for each, count in found.items() if each[2]}


def test_no_key_gets_the_verdict_of_another_key_or_route(
    program: Deployed, api: httpx.Client
) -> None:
    before = decisions(program)

    found = in_random_order(program, api, CALLS)

    assert not wrong(found)
    assert found.total() == CALLS
    made = decisions(program) - before
    assert made == len(RIGHTS) * len(ROUTES), "the rest is cached"


def test_cached_by_the_key_alone_a_verdict_about_one_route_holds_for_the_other(
    program: Deployed, api: httpx.Client
) -> None:
    by_key_alone = {"IdentitySource": ["$request.header.authorization"]}
    with authorizer_with(program, **by_key_alone):
        found = in_random_order(program, api, CALLS)

    assert wrong(found), "the control has to fail"


def test_a_revoked_key_is_refused_once_the_decision_from_before_is_too_old(
    program: Deployed, api: httpx.Client
) -> None:
    key = issue(program, "read", "write")
    with authorizer_with(program, AuthorizerResultTtlInSeconds=SHORT_CACHE_SECONDS):
        assert call(api, key).status_code == OK
        revoked = revoke(program, key)

        assert call(api, key, "POST").status_code == FORBIDDEN, "no decision for this route"
        eventually(
            lambda: call(api, key).status_code == FORBIDDEN,
            "a refusal",
            seconds=SHORT_CACHE_SECONDS + 1,
        )
    assert revoke(program, key)["revoked_at"] == revoked["revoked_at"], "the first time counts"


def test_a_leaked_key_is_dead_once_it_is_revoked_and_the_cache_is_reset(
    program: Deployed, api: httpx.Client
) -> None:
    leaked, other = issue(program, "read"), issue(program, "read")
    assert {call(api, key).status_code for key in (leaked, other)} == {OK}
    revoke(program, leaked)
    assert call(api, leaked).status_code == OK, "cached"

    [cached] = authorizers(program)
    program.client("apigatewayv2").reset_authorizers_cache(
        ApiId=cached["ApiId"], StageName="$default"
    )

    assert call(api, leaked).status_code == FORBIDDEN
    assert call(api, other).status_code == OK


def test_a_revocation_says_until_when_a_decision_from_before_may_hold(
    program: Deployed, api: httpx.Client
) -> None:
    key = issue(program, "read")
    assert call(api, key).status_code == OK
    before = datetime.now(UTC)

    until = datetime.fromisoformat(revoke(program, key)["let_in_until"])

    assert call(api, key).status_code == OK, "cached"
    [cached] = authorizers(program)
    held = timedelta(seconds=cached["AuthorizerResultTtlInSeconds"] + LONGEST_DECISION_SECONDS)
    assert before + held <= until <= datetime.now(UTC) + held


def test_while_keys_cannot_be_read_cached_callers_go_on_and_nobody_else_gets_in(
    program: Deployed, api: httpx.Client
) -> None:
    cached, other = issue(program, "read", "write"), issue(program, "read", "write")
    assert call(api, cached).status_code == OK

    with keys_out_of_reach(program):
        statuses = {call(api, cached).status_code for _ in range(5)}
        others = Counter(
            call(api, key, method).status_code
            for key in (other, f"library_{'0' * 16}_{'x' * 43}")
            for method in ROUTES
        )
        uncached_route = call(api, cached, "POST").status_code
        alarm = program.operations["alarms"]["partners-authorizer-errors"]
        cloudwatch = program.client("cloudwatch")

        def state() -> str:
            found = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
            return str(found[0]["StateValue"])

        eventually(lambda: state() == "ALARM", "the alarm")

    assert statuses == {OK}
    assert (others, uncached_route) == ({500: 4}, 500)
    assert call(api, other).status_code == OK, "an error is not cached"


def test_without_a_key_nobody_is_asked(program: Deployed, api: httpx.Client) -> None:
    before = decisions(program)

    assert call(api, None).status_code == UNAUTHORIZED
    assert decisions(program) == before


def test_what_is_no_key_or_not_quite_one_is_refused(program: Deployed, api: httpx.Client) -> None:
    key, other = issue(program, "read"), issue(program, "read")
    prefix, key_id, secret = key.text.split("_", 2)
    last = "A" if secret[-1] != "A" else "B"
    for text in (
        "x",
        key_id,
        secret,
        f"{prefix}_{key_id}_",
        f"{prefix}_{key_id}_{secret[:-1]}{last}",
        f"{prefix}_{other.key_id}_{secret}",
        f"{prefix}_{key_id.upper()}_{secret}",
        f"other_{key_id}_{secret}",
        f"{key.text} {key.text}",
    ):
        assert call(api, text).status_code == FORBIDDEN, text
    basic = {"Authorization": f"Basic {key.text}"}
    assert call(api, None, headers=basic).status_code == FORBIDDEN
    assert call(api, key).status_code == OK


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


def test_head_is_for_whoever_may_get_and_what_is_no_operation_for_nobody(
    program: Deployed, api: httpx.Client
) -> None:
    reads, lends = issue(program, "read"), issue(program, "write")

    assert call(api, reads, "HEAD").status_code == OK
    assert call(api, lends, "HEAD").status_code == FORBIDDEN
    assert call(api, reads, "DELETE").status_code == FORBIDDEN
    assert call(api, reads, path="/books").status_code == FORBIDDEN


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
