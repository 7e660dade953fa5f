from __future__ import annotations

import importlib
import inspect

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless.testing.mocks import FUNCTION, UnmockedCallError, record
from pulumi_serverless.testing.program import STACK_TYPE, DuplicateResourceError, Graph
from tests.program.programs import ROOT, STACKS, run_stack

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EXPORTS = {
    "apiUrl",
    "dashboardName",
    "functionNames",
    "targetFunctionArn",
    "deadLetterQueueUrl",
    "alarmNames",
    "channelNames",
    "alarmTopicArn",
    "tasksTableName",
    "deliveriesTableName",
    "outboxTableName",
}
TYPE_TOKENS = {
    f"serverless:index:{name}"
    for name in (
        *("TaskService", "NotificationService", "AsyncHandoff", "Outbox", "Relay"),
        *("PythonFunction", "Table", "DeadLetterQueue", "HttpApi"),
        *("Alarm", "SummaryAlarm", "AlarmTopic", "OperatorView", "Dashboard", "SavedQueries"),
        *("AccessLog", "EncryptionKey"),
    )
}


def test_there_are_stack_files_to_load() -> None:
    assert set(STACKS) == {"dev", "local", "prod"}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_deploys_and_exports_the_same(stack: str) -> None:
    assert set(run_stack(stack).exports) == EXPORTS


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_shows_every_resource_of_the_deployment(stack: str) -> None:
    previewed = {resource.urn for resource in run_stack(stack, preview=True).all}
    assert previewed == {resource.urn for resource in run_stack(stack).all}


def test_every_handler_exists_and_takes_event_and_context(dev: Graph) -> None:
    for function in dev.of_type(FUNCTION):
        module, name = function.inputs["handler"].rsplit(".", 1)
        handler = getattr(importlib.import_module(module), name)
        assert len(inspect.signature(handler).parameters) == 2, function.inputs["handler"]


def test_every_resource_belongs_to_a_component(dev: Graph) -> None:
    by_urn = {resource.urn: resource for resource in dev.all}
    for resource in dev.all:
        if resource.custom:
            assert by_urn[resource.parent].type in TYPE_TOKENS, resource.urn


def test_the_type_tokens_are_the_ones_that_live_stacks_know(dev: Graph, prod: Graph) -> None:
    resources = [*dev.all, *prod.all]
    assert {r.type for r in resources if not r.custom and r.type != STACK_TYPE} == TYPE_TOKENS


def test_names_leave_room_for_the_suffix_that_pulumi_adds(dev: Graph) -> None:
    limits = {
        "aws:lambda/function:Function": 64,
        "aws:iam/role:Role": 64,
        "aws:scheduler/schedule:Schedule": 64,
    }
    for resource in dev.all:
        if resource.type in limits:
            assert len(resource.name) + len("-1a2b3c4") <= limits[resource.type], resource.name


def test_a_setting_that_differs_reaches_what_it_sets() -> None:
    stack = run_stack(
        "dev",
        architecture="x86_64",
        maxRetryAttempts="1",
        maxEventAgeSeconds="600",
        deadLetterRetentionDays="3",
        relayMinimumAgeSeconds="60",
        outboxAlarmAgeSeconds="600",
        notificationReservedConcurrency="50",
        api='{"auth": {"kind": "iam"}, "requestsPerSecond": 7, "burstRequests": 9}',
        alarmEmails='["ops@example.com"]',
        deadLetterAlarmPeriodSeconds="120",
    )
    assert {f.inputs["architectures"][0] for f in stack.of_type(FUNCTION)} == {"x86_64"}
    delivery = stack.named("task-events-delivery").inputs
    assert (delivery["maximumRetryAttempts"], delivery["maximumEventAgeInSeconds"]) == (1, 600)
    relay = stack.named("task-events-relay", FUNCTION).inputs["environment"]["variables"]
    assert relay["MINIMUM_AGE_SECONDS"] == "60"
    notify = stack.named("notifications-send-notification", FUNCTION).inputs
    assert notify["reservedConcurrentExecutions"] == 50
    assert stack.only("aws:apigatewayv2/stage:Stage").inputs["defaultRouteSettings"] == {
        "throttlingRateLimit": 7,
        "throttlingBurstLimit": 9,
    }
    assert stack.named("task-events-outbox-age", ALARM).inputs["threshold"] == 600
    assert stack.only("aws:sqs/queue:Queue").inputs["messageRetentionSeconds"] == 3 * 86_400
    for query in stack.named("task-events-dead-letter-depth", ALARM).inputs["metricQueries"]:
        assert "metric" not in query or query["metric"]["period"] == 120
    subscription = stack.only("aws:sns/topicSubscription:TopicSubscription").inputs
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "ops@example.com")


def test_the_program_stays_a_picture() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) <= 84


def test_two_resources_of_one_name_are_an_error() -> None:
    def program() -> None:
        aws.sqs.Queue("queue")
        aws.sqs.Queue("queue")

    with pytest.raises(Exception, match=r"duplicate resource .*queue") as raised:
        record(program)
    assert isinstance(raised.value, DuplicateResourceError)


def test_a_provider_call_without_a_mock_is_an_error() -> None:
    def program() -> None:
        pulumi.export("partition", aws.get_partition().partition)

    with pytest.raises(Exception, match=r"no mock for .*getPartition") as raised:
        record(program)
    assert isinstance(raised.value, UnmockedCallError)
