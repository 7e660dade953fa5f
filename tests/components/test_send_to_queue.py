"""Routes that send to a queue without a function."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pulumi_serverless.blocks.api_access import ApiAccess, NoAuth
from pulumi_serverless.blocks.encryption_key import EncryptionKey, EncryptionKeyArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.send_to_queue import SendToQueue
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

INTEGRATION = "aws:apigatewayv2/integration:Integration"
PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"


def an_api(
    *route_keys: str,
    fifo: bool = False,
    origins: tuple[str, ...] = (),
    attributes: Mapping[str, str] | None = None,
) -> Graph:
    def program() -> None:
        queue = Queue("clicks", QueueArgs(foundation=FOUNDATION, fifo=fifo))
        send = SendToQueue(queue=queue, attributes=attributes or {})
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=FOUNDATION,
                routes={
                    "GET /clicks": a_function("list-clicks"),
                    **dict.fromkeys(route_keys or ("POST /clicks",), send),
                },
                access=ApiAccess(auth=NoAuth(), cors_origins=origins),
            ),
        )

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return an_api()


def the_integration(graph: Graph) -> dict[str, Any]:
    [found] = [
        each.inputs
        for each in graph.of_type(INTEGRATION)
        if each.inputs.get("integrationSubtype") is not None
    ]
    return found


def test_the_api_sends_the_body_with_a_role_of_its_own_and_answers_202() -> None:
    inputs = the_integration(usual())

    assert inputs["integrationSubtype"] == "SQS-SendMessage"
    assert inputs["payloadFormatVersion"] == "1.0"
    assert inputs["credentialsArn"] == "arn:api-to-clicks-role"
    assert inputs["requestParameters"]["MessageBody"] == "$request.body"
    assert set(inputs["requestParameters"]) == {"QueueUrl", "MessageBody"}
    mapped = {each["statusCode"]: each["mappings"] for each in inputs["responseParameters"]}
    assert mapped["200"]["overwrite:statuscode"] == "202"
    assert all(
        each["overwrite:header.x-correlation-id"] == "$context.requestId"
        for each in mapped.values()
    )


def test_a_queue_that_the_api_may_not_use_is_a_broken_back_end_and_no_mistake_of_a_client() -> None:
    mapped = {
        each["statusCode"]: each["mappings"]
        for each in the_integration(usual())["responseParameters"]
    }

    assert mapped["403"]["overwrite:statuscode"] == "503"
    assert mapped["403"]["overwrite:header.retry-after"] == "1"
    assert "overwrite:statuscode" not in mapped["400"]


def test_the_role_may_send_to_the_queue_and_nothing_else() -> None:
    policy = json.loads(usual().named("api-to-clicks-may-send", ROLE_POLICY).inputs["policy"])

    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:clicks"]}
    ]


def test_the_role_may_use_the_key_of_the_queue_through_sqs() -> None:
    def program() -> None:
        foundation = replace(FOUNDATION, encryption_key=EncryptionKey("key", EncryptionKeyArgs()))
        send = SendToQueue(queue=Queue("clicks", QueueArgs(foundation=foundation)))
        HttpApi(
            "api",
            HttpApiArgs(
                foundation=foundation,
                routes={"POST /clicks": send},
                access=ApiAccess(auth=NoAuth()),
            ),
        )

    graph = record(program)

    policy = json.loads(graph.named("api-to-clicks-may-use-key", ROLE_POLICY).inputs["policy"])
    [statement] = policy["Statement"]
    assert statement["Resource"] == ["arn:key"]
    assert "sqs." in str(statement["Condition"]["StringEquals"]["kms:ViaService"])


def test_routes_of_one_queue_share_the_role() -> None:
    graph = an_api("POST /clicks", "POST /taps")

    roles = [each for each in graph.of_type("aws:iam/role:Role") if "to-clicks" in each.name]
    assert len(roles) == 1
    assert len(graph.of_type(INTEGRATION)) == 3


def test_functions_beside_it_need_the_permission_that_it_does_not() -> None:
    [permission] = usual().of_type(PERMISSION)

    assert permission.inputs["function"] == "list-clicks-1a2b3c4"


def test_attributes_that_callers_cannot_write_come_last() -> None:
    given = {
        "source": "shop",
        "agent": "${request.header.user-agent}",
        "id": "${context.requestId}",
    }

    text = the_integration(an_api(attributes=given))["requestParameters"]["MessageAttributes"]

    assert list(json.loads(text)) == ["agent", "source", "id"]
    assert json.loads(text)["source"] == {"DataType": "String", "StringValue": "shop"}


CRAFTED = 'x"},"source":{"DataType":"String","StringValue":"y'


def test_what_a_caller_may_have_written_cannot_replace_the_others() -> None:
    written = [
        "request.header.user-agent",
        "request.querystring.q",
        "request.path.id",
        "context.path",
        "context.domainName",
        "context.identity.userAgent",
        "context.authorizer.claims.name",
        "context.authorizer.tenant",
    ]
    given = {"source": "shop", "id": "${context.requestId}"}
    given |= {f"written-{number}": f"${{{each}}}" for number, each in enumerate(written)}
    text = the_integration(an_api(attributes=given))["requestParameters"]["MessageAttributes"]

    for each in written:
        pasted = json.loads(text.replace(f"${{{each}}}", CRAFTED))
        assert pasted["source"]["StringValue"] == "shop", each


def test_a_header_cannot_replace_what_an_authorizer_says() -> None:
    given = {"source": "${context.authorizer.tenant}", "agent": "${request.header.user-agent}"}
    text = the_integration(an_api(attributes=given))["requestParameters"]["MessageAttributes"]

    pasted = json.loads(text.replace("${request.header.user-agent}", CRAFTED))

    assert pasted["source"]["StringValue"] == "${context.authorizer.tenant}"


@pytest.mark.parametrize("route_key", ["GET /hits", "ANY /hits", "$default", "OPTIONS /hits"])
def test_a_method_without_a_body_cannot_send(route_key: str) -> None:
    with pytest.raises(ValueError, match=r"one of the methods POST, PUT, PATCH, DELETE, got '"):
        an_api(route_key)


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({f"a{n}": "x" for n in range(11)}, "attributes must have 0 to 10 entries"),
        ({"a b": "x"}, "an attribute's name must be"),
        ({"aws.trace": "x"}, "an attribute's name must be"),
        ({"a..b": "x"}, "an attribute's name must be"),
        ({"a": ""}, r"attributes\['a'\] must not be empty, got ''"),
        ({"a": "\x01"}, r"attributes\['a'\] must be printable text"),
        ({"a": "$context.requestId"}, "with a [$] for variables like"),
        ({"a": "${context.requestId"}, "with a [$] for variables like"),
        ({"a": "${context.requestid}"}, "a variable of an attribute must be .*'context.requestid'"),
        ({"a": "${request.body}"}, "a variable of an attribute must be .*'request.body'"),
        ({"a": "${stageVariables.x}"}, "a variable of an attribute must be"),
        ({"a": "${}"}, "a variable of an attribute must be .* got ''"),
    ],
)
def test_attributes_that_sqs_would_reject_fail_before_deploy(
    attributes: dict[str, str], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        an_api(attributes=attributes)


def test_a_fifo_queue_needs_groups_that_callers_do_not_have() -> None:
    with pytest.raises(ValueError, match="queue must be a standard queue, got clicks"):
        an_api(fifo=True)
