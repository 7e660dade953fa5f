"""Routes, functions and a table: who may do what, and what is refused before anything is there."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_serverless.blocks.api_access import ApiAccess, IamAuth, JwtAuth, NoAuth
from pulumi_serverless.blocks.table import Key
from pulumi_serverless.blocks.web_routes import METHODS, head_routes, methods_by_path
from pulumi_serverless.blocks.web_service import WebService
from pulumi_serverless.blocks.web_service_args import WebOperation, WebServiceArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, NO_DEPENDENCIES

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"
TABLE = "aws:dynamodb/table:Table"
HANDLER = "serverless_runtime.shared.metrics.write_metrics"

GET = WebOperation(
    routes=["GET /things/{thingId}"], handler=HANDLER, table_actions=["dynamodb:GetItem"]
)
LIST = WebOperation(
    routes=["GET /things"], handler=HANDLER, index_actions={"by-owner": ["dynamodb:Query"]}
)
PUT = WebOperation(
    routes=["PUT /things/{thingId}", "PATCH /things/{thingId}"],
    handler=HANDLER,
    table_actions=["dynamodb:GetItem", "dynamodb:PutItem"],
)
OPERATIONS = {"get-thing": GET, "list-things": LIST, "put-thing": PUT}
TOKENS = JwtAuth(
    issuer="https://auth.example.com/",
    audiences=["things"],
    scopes={
        "GET /things/{thingId}": ["read"],
        "GET /things": ["list", "read"],
        "PUT /things/{thingId}": ["write"],
        "PATCH /things/{thingId}": ["write"],
    },
)


def arguments(**settings: Any) -> WebServiceArgs:
    given: dict[str, Any] = {
        "foundation": FOUNDATION,
        "operations": OPERATIONS,
        "code": NO_DEPENDENCIES,
        "access": ApiAccess(auth=NoAuth()),
        "key": Key(partition="id"),
        "indexes": {"by-owner": Key(partition="owner", sort="id")},
    }
    return WebServiceArgs(**{**given, **settings})


def deployed(**settings: Any) -> Graph:
    return record(lambda: WebService("shop", arguments(**settings)))


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def routes(graph: Graph) -> dict[str, dict[str, Any]]:
    return {each.inputs["routeKey"]: dict(each.inputs) for each in graph.of_type(ROUTE)}


def functions_by_route(graph: Graph) -> dict[str, str]:
    return {
        key: inputs["target"].removeprefix("integrations/shop-api-calls-").removesuffix("-id")
        for key, inputs in routes(graph).items()
    }


def test_head_goes_where_get_goes_and_everything_else_where_nothing_is_allowed() -> None:
    assert functions_by_route(usual()) == {
        "GET /things/{thingId}": "shop-get-thing",
        "HEAD /things/{thingId}": "shop-get-thing",
        "GET /things": "shop-list-things",
        "HEAD /things": "shop-list-things",
        "PUT /things/{thingId}": "shop-put-thing",
        "PATCH /things/{thingId}": "shop-put-thing",
        "ANY /things/{thingId}": "shop-no-route",
        "ANY /things": "shop-no-route",
        "$default": "shop-no-route",
    }


def test_an_operation_may_have_head_itself() -> None:
    head = replace(LIST, routes=["HEAD /things"])

    assert functions_by_route(deployed(operations={**OPERATIONS, "head": head}))[
        "HEAD /things"
    ] == ("shop-head")


def test_head_needs_the_scopes_of_get() -> None:
    found = routes(deployed(access=ApiAccess(auth=TOKENS)))

    scopes = {key: inputs.get("authorizationScopes") for key, inputs in found.items()}
    assert scopes["HEAD /things/{thingId}"] == ["read"]
    assert scopes["HEAD /things"] == ["list", "read"]
    assert scopes["ANY /things"] is None
    assert {inputs["authorizationType"] for inputs in found.values()} == {"JWT"}


def test_head_needs_a_signature_where_get_does() -> None:
    found = routes(deployed(access=ApiAccess(auth=IamAuth())))

    assert {inputs["authorizationType"] for inputs in found.values()} == {"AWS_IAM"}


def test_each_function_may_do_what_its_operation_says_and_nothing_else() -> None:
    granted: dict[str, set[tuple[str, str]]] = {}
    for each in usual().of_type(ROLE_POLICY):
        function = each.name.partition("-may-")[0]
        for statement in json.loads(each.inputs["policy"])["Statement"]:
            granted.setdefault(function, set()).update(
                (action, resource)
                for action in statement["Action"]
                for resource in statement["Resource"]
                if action.startswith("dynamodb:")
            )

    assert granted == {
        "shop-get-thing": {("dynamodb:GetItem", "arn:shop-table")},
        "shop-list-things": {("dynamodb:Query", "arn:shop-table/index/by-owner")},
        "shop-put-thing": {
            ("dynamodb:GetItem", "arn:shop-table"),
            ("dynamodb:PutItem", "arn:shop-table"),
        },
        "shop-no-route": set(),
    }


def test_a_permission_to_call_a_function_names_its_route() -> None:
    calls = {
        (each.inputs["function"].removesuffix("-1a2b3c4"), each.inputs["sourceArn"])
        for each in usual().of_type(PERMISSION)
    }

    assert ("shop-get-thing", "arn:api/*/HEAD/things/{thingId}") in calls
    assert ("shop-no-route", "arn:api/*/*/things") in calls
    assert ("shop-get-thing", "arn:api/*/*/things/{thingId}") not in calls


def test_operations_know_the_table_and_what_refuses_the_rest_knows_the_routes() -> None:
    graph = deployed(
        operations={**OPERATIONS, "get-thing": replace(GET, environment={"COLOUR": "red"})}
    )

    variables = {
        each.name: each.inputs.get("environment", {}).get("variables", {})
        for each in graph.of_type(FUNCTION)
    }
    assert variables["shop-get-thing"] == {"TABLE_NAME": "shop-table-1a2b3c4", "COLOUR": "red"}
    assert json.loads(variables["shop-no-route"].pop("METHODS_BY_PATH")) == {
        "/things/{thingId}": ["GET", "HEAD", "PUT", "PATCH"],
        "/things": ["GET", "HEAD"],
    }
    assert variables["shop-no-route"] == {}


def test_its_alarms_are_those_of_the_api_and_of_the_table() -> None:
    names = {each.name for each in usual().of_type(ALARM)}

    assert names == {"shop-api-errors", "shop-api-latency", "shop-table-throttled"}


def test_a_service_without_a_table_has_none() -> None:
    plain = WebOperation(routes=["POST /quotes"], handler=HANDLER)
    graph = deployed(operations={"quote": plain}, key=None, indexes={})

    assert list(graph.of_type(TABLE)) == []
    assert {each.name for each in graph.of_type(ALARM)} == {"shop-api-errors", "shop-api-latency"}
    with pytest.raises(ValueError, match=r"shop must have a key to have a table, got none"):
        record(
            lambda: (
                WebService(
                    "shop", arguments(operations={"quote": plain}, key=None, indexes={})
                ).table
            )
        )


def test_a_function_is_found_by_its_operation() -> None:
    def program() -> None:
        service = WebService("shop", arguments())
        assert service.function("get-thing").logical_name == "shop-get-thing"
        service.function("get-thing2")

    with pytest.raises(ValueError, match="one of get-thing, list-things, put-thing, got 'get-th"):
        record(program)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"key": None}, "indexes must be left out without a key, got by-owner"),
        ({"key": None, "indexes": {}}, "table_actions of get-thing must be left out without a key"),
        (
            {"indexes": {}},
            r"index_actions of list-things must name .*it has none\)",
        ),
        ({"operations": {}}, "operations must have 1 to 100 entries, got 0"),
        ({"operations": {"no-route": GET}}, "operations must not have the name no-route"),
        ({"operations": {"Get": GET}}, "a key of operations must be lower-case .* got 'Get'"),
        ({"operations": {"a": GET, "b": GET}}, r"one operation, got 'GET /things/{thingId}' in a"),
        (
            {"operations": {"a": GET, "b": replace(PUT, routes=["PUT /things/{id}"])}},
            r"same names for its parameters in all routes, got /things/{thingId} and /things/{id}",
        ),
        (
            {"operations": {"a": replace(GET, environment={"TABLE_NAME": "other"})}},
            "environment of a must be without TABLE_NAME",
        ),
        (
            {"access": ApiAccess(auth=replace(TOKENS, scopes={"GET /things": ["read"]}))},
            r"scopes must name every route or none, missing GET /things/{thingId}, PUT",
        ),
        (
            {
                "access": ApiAccess(
                    auth=replace(TOKENS, scopes={**TOKENS.scopes, "HEAD /things": ["read"]})
                )
            },
            "scopes must name routes of the API .*got HEAD /things",
        ),
    ],
)
def test_what_cannot_work_fails_before_deploy(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        arguments(**settings)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"routes": []}, "routes must have 1 to 20 entries, got 0"),
        ({"routes": ["GET /a", "GET /a"]}, r"routes must all be different, got routes\[1\] before"),
        ({"routes": ["ANY /things"]}, "one of the methods GET, .* got 'ANY /things'"),
        ({"routes": ["$default"]}, r"one of the methods GET, .* got '\$default'"),
        ({"routes": ["OPTIONS /things"]}, "one of the methods GET, HEAD"),
        ({"routes": ["GET things"]}, "routes must have keys like"),
        ({"timeout_seconds": 30}, "timeout_seconds must be between 1 and 29, got 30"),
        ({"table_actions": ["dynamodb:*"]}, r"table_actions\[0\] must be one of dynamodb:Batch"),
        ({"table_actions": ["GetItem"]}, "must be one of dynamodb:BatchGetItem, .* got 'GetItem'"),
        (
            {"index_actions": {"by-owner": ["dynamodb:GetItem"]}},
            "must be one of dynamodb:Query, dynamodb:Scan, got 'dynamodb:GetItem'",
        ),
    ],
)
def test_an_operation_that_cannot_work_fails_before_deploy(
    settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        replace(GET, **settings)


_paths = st.sampled_from(["/a", "/a/{id}", "/b", "/b/{id}/c"])


@given(st.lists(st.builds("{} {}".format, st.sampled_from(METHODS), _paths), unique=True))
def test_a_path_supports_head_exactly_where_it_supports_get_or_declares_it(
    declared: list[str],
) -> None:
    heads = head_routes(declared)
    supported = methods_by_path([*declared, *heads])

    assert not heads.keys() & set(declared)
    for path, methods in supported.items():
        assert set(methods) == {
            *(key.partition(" ")[0] for key in declared if key.partition(" ")[2] == path),
            *(["HEAD"] if f"GET {path}" in declared else []),
        }
        assert methods == sorted(methods, key=METHODS.index)
