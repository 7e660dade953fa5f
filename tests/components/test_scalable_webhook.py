"""A webhook that only queues, and its consumer."""

from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.api_access import ApiAccess, IamAuth
from pulumi_serverless.scalable_webhook import (
    ScalableWebhook,
    ScalableWebhookArgs,
    WebhookSource,
    webhook_environment,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.webhook_in.settings import read_webhook_in_settings
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
ROUTE = "aws:apigatewayv2/route:Route"

HOOK = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/hook"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f1e"
BANK = WebhookSource(scheme="standard-webhooks", secret_arn=HOOK)
FORGE = WebhookSource(scheme="github", secret_arn=PARAMETER, secret_key_arn=KEY)


def deployed(sources: Any = None, **settings: Any) -> Graph:
    declared = {"bank": BANK, "forge": FORGE} if sources is None else sources

    def program() -> None:
        environment = webhook_environment("hooks", declared)
        work = a_function("work", timeout_seconds=10, environment=environment)
        ScalableWebhook(
            "hooks",
            ScalableWebhookArgs(foundation=FOUNDATION, sources=declared, function=work, **settings),
        )

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_each_source_has_a_route_and_no_function_is_called() -> None:
    graph = deployed(path="/in/v1")

    routes = {each.inputs["routeKey"] for each in graph.of_type(ROUTE)}
    assert routes == {"POST /in/v1/bank", "POST /in/v1/forge"}
    assert {each.inputs["integrationSubtype"] for each in graph.of_type(INTEGRATION)} == {
        "SQS-SendMessage"
    }


def test_no_request_comes_before_the_api_may_send() -> None:
    for integration in usual().of_type(INTEGRATION):
        before = {urn.rpartition("::")[2] for urn in integration.dependencies}
        assert "hooks-api-to-hooks-may-send" in before


def test_a_message_says_who_has_called_and_when_after_what_a_caller_can_write() -> None:
    graph = usual()

    [bank] = [each for each in graph.of_type(INTEGRATION) if "bank" in each.name]
    attributes = json.loads(bank.inputs["requestParameters"]["MessageAttributes"])
    assert list(attributes) == ["headers", "source", "receivedAtMs", "requestId"]
    assert {name: each["StringValue"] for name, each in attributes.items()} == {
        "headers": "${request.header.webhook-id}|${request.header.webhook-timestamp}"
        "|${request.header.webhook-signature}",
        "source": "bank",
        "receivedAtMs": "${context.requestTimeEpoch}",
        "requestId": "${context.requestId}",
    }


def test_the_consumer_is_limited_and_hides_calls_for_six_timeouts() -> None:
    graph = deployed(max_concurrency=3, batch_size=5, max_receives=4)

    mapping = graph.only(MAPPING).inputs
    assert (mapping["batchSize"], mapping["scalingConfig"]) == (5, {"maximumConcurrency": 3})
    queue = graph.named("hooks", QUEUE).inputs
    assert queue["visibilityTimeoutSeconds"] == 60
    assert json.loads(queue["redrivePolicy"])["maxReceiveCount"] == 4


def test_the_function_may_read_the_secrets_of_its_sources_and_no_others() -> None:
    graph = usual()

    allowed = {
        each.name: json.loads(each.inputs["policy"])["Statement"]
        for each in graph.of_type(ROLE_POLICY)
        if "secret" in each.name
    }
    assert {
        name: (statement["Action"], statement["Resource"]) for name, [statement] in allowed.items()
    } == {
        "work-may-read-secret-of-bank": (["secretsmanager:GetSecretValue"], [HOOK]),
        "work-may-read-secret-of-forge": (["ssm:GetParameter"], [PARAMETER]),
        "work-may-decrypt-secret-of-forge": (["kms:Decrypt"], [KEY]),
    }


def test_the_environment_is_what_the_runtime_reads() -> None:
    variables = usual().only(FUNCTION).inputs["environment"]["variables"]

    read = read_webhook_in_settings(variables)
    assert read.component == "test-unit-hooks"
    assert json.loads(read.sources) == {
        "bank": {"scheme": "standard-webhooks", "secretArn": HOOK, "toleranceSeconds": 300},
        "forge": {"scheme": "github", "secretArn": PARAMETER, "toleranceSeconds": 300},
    }


def test_forged_calls_of_all_sources_fire_an_alarm() -> None:
    inputs = deployed(forged_calls=7).named("hooks-webhook-forged", ALARM).inputs

    assert (inputs["namespace"], inputs["metricName"]) == ("WebhookIn", "Forged")
    assert inputs["dimensions"] == {"Component": "test-unit-hooks"}
    assert (inputs["threshold"], inputs["period"]) == (7, 300)


def test_its_alarms_are_those_of_the_api_the_queue_and_the_forged_calls() -> None:
    assert {each.name for each in usual().of_type(ALARM)} == {
        f"hooks-{alarm}"
        for alarm in (
            *("api-errors", "api-latency", "webhook-forged", "backlog-age", "consumer-failing"),
            *("last-attempt-failed", "dead-letter-depth", "dead-letter-age"),
        )
    }


@pytest.mark.parametrize(
    ("name", "sources", "text"),
    [
        (None, {}, "got none of WEBHOOK_IN_COMPONENT, WEBHOOK_IN_SOURCES"),
        ("others", {"bank": BANK}, "got WEBHOOK_IN_COMPONENT of another component"),
        ("hooks", {"forge": FORGE}, "got WEBHOOK_IN_SOURCES of another component"),
    ],
)
def test_a_function_that_does_not_know_these_sources_fails_before_deploy(
    name: str | None, sources: dict[str, WebhookSource], text: str
) -> None:
    """Each call would be a dead letter."""

    def program() -> None:
        environment = webhook_environment(name, sources) if name else {}
        work = a_function("work", environment=environment)
        args = ScalableWebhookArgs(foundation=FOUNDATION, sources={"bank": BANK}, function=work)
        ScalableWebhook("hooks", args)

    with pytest.raises(ValueError, match=text):
        record(program)


def with_secret_known_later(arn: str) -> Graph:
    def program() -> None:
        secret = pulumi.Output.from_input(arn)
        sources = {"bank": WebhookSource(scheme="github", secret_arn=secret)}
        work = a_function("work", environment=webhook_environment("hooks", sources))
        args = ScalableWebhookArgs(foundation=FOUNDATION, sources=sources, function=work)
        ScalableWebhook("hooks", args)

    return record(program)


@pytest.mark.parametrize(
    ("arn", "action"), [(HOOK, "secretsmanager:GetSecretValue"), (PARAMETER, "ssm:GetParameter")]
)
def test_a_secret_that_is_created_by_the_same_program_is_read_from_its_store(
    arn: str, action: str
) -> None:
    policy = with_secret_known_later(arn).named("work-may-read-secret-of-bank", ROLE_POLICY)

    [statement] = json.loads(policy.inputs["policy"])["Statement"]
    assert (statement["Action"], statement["Resource"]) == ([action], [arn])


def test_an_output_that_is_no_secret_fails_the_deployment() -> None:
    with pytest.raises(ValueError, match="secret_arn must be like arn:aws:secretsmanager"):
        with_secret_known_later("whsec_x")


UNSIGNED = WebhookSource(scheme="none")


def test_a_source_that_does_not_sign_needs_callers_who_are_known_or_a_decision() -> None:
    with pytest.raises(ValueError, match=r"sources with scheme none \(anyone\), got NoAuth"):
        deployed({"anyone": UNSIGNED})

    deployed({"anyone": UNSIGNED}, public=True)
    deployed({"ours": UNSIGNED}, access=ApiAccess(auth=IamAuth()))


@pytest.mark.parametrize(
    ("sources", "settings", "text"),
    [
        ({}, {}, "sources must have 1 to 20 entries, got 0"),
        ({"a/b": BANK}, {}, "a key of sources must be 1 to 40 .* got 'a/b'"),
        ({"-a": BANK}, {}, "a key of sources must be"),
        (None, {"path": "/hooks/"}, "path must be like /hooks, .* got '/hooks/'"),
        (None, {"path": "/{source}"}, "path must be like /hooks"),
        (None, {"forged_calls": 0}, "forged_calls must be between 1 and"),
        (None, {"max_concurrency": 1}, "max_concurrency must be between 2 and 1000, got 1"),
        (None, {"batch_size": 11}, "batch_window_seconds for a batch_size over 10"),
    ],
)
def test_what_cannot_work_fails_before_deploy(
    sources: Any, settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        deployed(sources, **settings)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"scheme": "hmac"}, "scheme must be one of standard-webhooks, github, stripe, none"),
        ({"scheme": "stripe"}, "secret_arn must be set for every scheme but none, got None"),
        ({"scheme": "none", "secret_arn": HOOK}, "secret_arn must be set for every scheme but"),
        ({"scheme": "stripe", "secret_arn": "whsec_x"}, "secret_arn must be like arn:aws:secrets"),
        (
            {"scheme": "stripe", "secret_arn": HOOK, "tolerance_seconds": 0},
            "tolerance_seconds must be between 1 and 3600, got 0",
        ),
    ],
)
def test_a_source_that_cannot_be_verified_fails_before_deploy(
    settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        WebhookSource(**settings)
