"""Who gets in, in the emulator: `python -m local test examples/gatekeeper`."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
from partners import (
    CREATED,
    FORBIDDEN,
    OK,
    UNAUTHORIZED,
    authorizer_with,
    authorizers,
    call,
    decisions,
    issue,
    keys_out_of_reach,
    revoke,
)

from local.testing import Deployed, eventually, sized

CALLS = sized(36, full=300)
ROUTES = ("GET", "POST")
SHORT_CACHE_SECONDS = 2
LONGEST_DECISION_SECONDS = 10
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


def test_head_is_for_whoever_may_get_and_what_is_no_operation_for_nobody(
    program: Deployed, api: httpx.Client
) -> None:
    reads, lends = issue(program, "read"), issue(program, "write")

    assert call(api, reads, "HEAD").status_code == OK
    assert call(api, lends, "HEAD").status_code == FORBIDDEN
    assert call(api, reads, "DELETE").status_code == FORBIDDEN
    assert call(api, reads, path="/books").status_code == FORBIDDEN
