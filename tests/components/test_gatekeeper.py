"""Gatekeepers: permissions, environment, the authorizer, alarms, and what is refused early."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from pulumi_serverless import (
    ApiAccess,
    FunctionCode,
    HttpApi,
    HttpApiArgs,
    WebOperation,
    WebService,
    WebServiceArgs,
)
from pulumi_serverless.gatekeeper import Gatekeeper, GatekeeperArgs
from pulumi_serverless.gatekeeper.args import MAX_RIGHTS_BYTES, rights_as_json
from pulumi_serverless.internal_api import InternalApi, InternalApiArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.gatekeeper.settings import AuthorizerSettings, KeysSettings
from serverless_runtime.shared.environment import read_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
TABLE = "aws:dynamodb/table:Table"
RIGHTS = {"GET /loans": ["read"], "POST /loans": ["write", "admin"], "GET /open": []}


def deployed(routes: tuple[str, ...] = tuple(RIGHTS), **settings: Any) -> Graph:
    def program() -> None:
        partners = Gatekeeper(
            "partners", GatekeeperArgs(foundation=FOUNDATION, **{"rights": RIGHTS, **settings})
        )
        InternalApi(
            "partner-keys",
            InternalApiArgs(
                foundation=FOUNDATION,
                function=partners.keys_function,
                operations=partners.keys_operations,
            ),
        )
        HttpApi(
            "loans",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes=dict.fromkeys(routes, a_function("lend")),
                access=ApiAccess(auth=partners.auth),
            ),
        )

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def environment(graph: Graph, function: str) -> dict[str, str]:
    variables: dict[str, str] = graph.named(function, FUNCTION).inputs["environment"]["variables"]
    return variables


def allowed(graph: Graph, policy: str) -> tuple[list[str], list[str]]:
    [statement] = json.loads(graph.named(policy, ROLE_POLICY).inputs["policy"])["Statement"]
    return statement["Action"], statement["Resource"]


def test_the_authorizer_may_find_a_key_and_the_service_keep_them_and_nothing_else() -> None:
    graph = usual()
    own = {
        policy.name: allowed(graph, policy.name)
        for policy in graph.of_type(ROLE_POLICY)
        if not policy.name.endswith(("write-log", "trace"))
    }

    table = "arn:partners-table"
    assert own == {
        "partners-authorizer-may-find-keys": (["dynamodb:GetItem"], [table]),
        "partners-keys-may-keep-keys": (["dynamodb:PutItem", "dynamodb:UpdateItem"], [table]),
        "partners-keys-may-list-keys": (["dynamodb:Query"], [f"{table}/index/by-tenant"]),
    }


def test_the_environment_is_what_the_runtime_reads() -> None:
    graph = deployed(key_prefix="shop", cache_seconds=60)

    decides = read_settings(AuthorizerSettings, environment(graph, "partners-authorizer"))
    assert (decides.component, decides.key_prefix) == ("test-unit-partners", "shop")
    assert json.loads(decides.rights) == RIGHTS
    keeps = read_settings(KeysSettings, environment(graph, "partners-keys"))
    assert (keeps.rights, keeps.key_prefix) == ("admin,read,write", "shop")
    assert keeps.table_name == decides.table_name == "partners-table-1a2b3c4"


@pytest.mark.parametrize("cache_seconds", [0, 300, 3600])
def test_a_decision_holds_as_long_as_the_cache_and_as_it_may_take(cache_seconds: int) -> None:
    graph = deployed(cache_seconds=cache_seconds)

    authorizer = graph.only(AUTHORIZER).inputs
    timeout = graph.named("partners-authorizer", FUNCTION).inputs["timeout"]
    keeps = read_settings(KeysSettings, environment(graph, "partners-keys"))
    assert authorizer["authorizerResultTtlInSeconds"] == cache_seconds
    assert int(keeps.decision_holds_seconds) == cache_seconds + timeout


def test_decisions_are_cached_by_key_and_route() -> None:
    sources = usual().only(AUTHORIZER).inputs["identitySources"]

    assert sources == ["$request.header.authorization", "$context.routeKey"]


def test_keys_are_found_by_their_ids_and_by_their_tenants_and_expire() -> None:
    table = usual().only(TABLE).inputs

    assert table["hashKey"] == "key_id"
    assert [each["name"] for each in table["globalSecondaryIndexes"]] == ["by-tenant"]
    assert table["ttl"] == {"attributeName": "expires_at", "enabled": True}


def test_errors_slowness_and_refusals_fire_alarms() -> None:
    graph = usual()

    errors = graph.named("partners-authorizer-errors", ALARM).inputs
    assert errors["threshold"] == 1
    slow = graph.named("partners-authorizer-slow", ALARM).inputs
    assert (slow["extendedStatistic"], slow["threshold"]) == ("p99", 1_000)
    refused = graph.named("partners-callers-refused", ALARM).inputs
    expressions = [each.get("expression") for each in refused["metricQueries"]]
    assert "IF(decisions >= 5, 100 * FILL(refused, 0) / decisions, 0)" in expressions
    assert graph.named("partners-table-throttled", ALARM)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rights": {}}, "rights must have 1 to 100 entries, got 0"),
        ({"rights": {"/loans": ["read"]}}, "routes must have keys like"),
        ({"rights": {"GET /loans": ["Read"]}}, "must be 1 to 40 lower-case letters, digits"),
        ({"rights": {"GET /loans": ["a,b"]}}, "got 'a,b'"),
        ({"rights": {"GET /loans": ["read", "read"]}}, "must all be different"),
        ({"rights": {"GET /loans": []}}, "rights must have at least one right"),
        (
            {"rights": {"GET /loans": ["read"]}},
            "rights of partners must name every route of the API, missing POST /loans, GET /open",
        ),
        (
            {"rights": {f"GET /loans/{number:0100}": ["read"] for number in range(40)}},
            "rights must be at most 3500 bytes as JSON",
        ),
        ({"rights": {**RIGHTS, "GET /books": ["read"]}}, "got GET /books"),
        ({"key_prefix": "my_key"}, "key_prefix must be 1 to 12 lower-case letters and digits"),
        ({"cache_seconds": 3601}, "cache_seconds must be between 0 and 3600, got 3601"),
    ],
)
def test_what_cannot_work_fails_before_deploy(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        deployed(**settings)


@pytest.mark.parametrize("rights", [{"$default": ["admin"]}, {"ANY /loans": ["admin"]}])
def test_catch_all_routes_of_a_web_service_may_have_rights(rights: dict[str, list[str]]) -> None:
    routes = {"GET /loans": ["read"]}

    def program() -> None:
        partners = Gatekeeper(
            "partners", GatekeeperArgs(foundation=FOUNDATION, rights={**routes, **rights})
        )
        WebService(
            "loans",
            WebServiceArgs(
                foundation=FOUNDATION,
                operations={
                    "list": WebOperation(
                        routes=list(routes),
                        handler="serverless_runtime.web.handlers.no_route.handle",
                    )
                },
                code=FunctionCode(packages=("serverless_runtime.web", "serverless_runtime.shared")),
                access=ApiAccess(auth=partners.auth),
            ),
        )

    assert json.loads(environment(record(program), "partners-authorizer")["RIGHTS"]) == {
        **routes,
        **rights,
    }


def test_a_head_route_of_an_http_api_needs_rights_of_its_own() -> None:
    with pytest.raises(ValueError, match=re.escape("missing HEAD /loans")):
        deployed((*RIGHTS, "HEAD /loans"))


def test_rights_as_long_as_they_may_be_fit_into_the_environment() -> None:
    routes = [f"GET /{number:0110}" for number in range(27)]
    rights = {route: ["read"] for route in routes}
    longer = MAX_RIGHTS_BYTES - len(rights_as_json(rights))
    assert longer > 0
    fitting = {**{each: ["read"] for each in routes[1:]}, routes[0] + "x" * longer: ["read"]}

    assert len(rights_as_json(fitting)) == MAX_RIGHTS_BYTES
    assert deployed(tuple(fitting), rights=fitting)


def test_a_copy_of_the_auth_cannot_cache_for_longer_than_a_revocation_says() -> None:
    def program() -> None:
        partners = Gatekeeper(
            "partners", GatekeeperArgs(foundation=FOUNDATION, rights=RIGHTS, cache_seconds=60)
        )
        assert replace(partners.auth, cache_seconds=0).cache_seconds == 0
        with pytest.raises(ValueError, match=r"auth of partners must be at most 60, .* got 61"):
            replace(partners.auth, cache_seconds=61)

    record(program)


def test_issuing_is_not_repeated_and_the_rest_may_be() -> None:
    def program() -> None:
        partners = Gatekeeper("partners", GatekeeperArgs(foundation=FOUNDATION, rights=RIGHTS))
        assert partners.keys_operations == {"issue": "unsafe", "list": "safe", "revoke": "safe"}

    record(program)


def test_a_decision_that_is_throttled_is_an_error_like_one_that_fails() -> None:
    errors = usual().named("partners-authorizer-errors", ALARM).inputs

    queries = {each["id"]: each for each in errors["metricQueries"]}
    [sum_of_both] = [each["expression"] for each in queries.values() if "expression" in each]
    assert sum_of_both == "FILL(errors, 0) + FILL(throttles, 0)"
    for name in ("errors", "throttles"):
        metric = queries[name]["metric"]
        assert (metric["namespace"], metric["metricName"]) == ("AWS/Lambda", name.capitalize())
        assert metric["stat"] == "Sum"


def test_a_route_that_the_gatekeeper_does_not_know_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match=re.escape("missing PUT /loans")):
        deployed((*RIGHTS, "PUT /loans"))


def test_a_catch_all_route_may_be_left_out() -> None:
    assert deployed((*RIGHTS, "ANY /loans", "$default"))
