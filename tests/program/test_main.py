from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
import pytest

import pulumi_serverless
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.testing import DuplicateResourceError, Graph, UnmockedCallError, record
from pulumi_serverless.testing.mocks import FUNCTION
from pulumi_serverless.testing.program import STACK_TYPE
from tests.program.programs import (
    PROGRAMS,
    ROOT,
    STACKS,
    notifications,
    run_part,
    run_stack,
)

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EXPORTS = {"apiUrl", "tasksTableName", "operations"}


def test_there_are_stack_files_to_load() -> None:
    assert set(STACKS) == {"dev", "local", "prod"}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_deploys_and_exports_the_same(stack: str) -> None:
    assert set(run_stack(stack).exports) == EXPORTS


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_shows_every_resource_of_the_deployment(stack: str) -> None:
    previewed = {resource.urn for resource in run_stack(stack, preview=True).all}
    assert previewed == {resource.urn for resource in run_stack(stack).all}


def test_every_handler_exists_and_takes_event_and_context(
    program: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in PROGRAMS:
        monkeypatch.syspath_prepend(str(folder))
    for function in program.of_type(FUNCTION):
        module, name = function.inputs["handler"].rsplit(".", 1)
        handler = getattr(importlib.import_module(module), name)
        assert len(inspect.signature(handler).parameters) == 2, function.inputs["handler"]


def test_every_resource_belongs_to_a_component(program: Graph) -> None:
    by_urn = {resource.urn: resource for resource in program.all}
    for resource in program.all:
        if resource.custom:
            parent = by_urn[resource.parent]
            assert not parent.custom, resource.urn
            assert parent.type != STACK_TYPE, resource.urn


def _subclasses(base: type[object]) -> Iterator[type[object]]:
    for each in type.__subclasses__(base):
        yield each
        yield from _subclasses(each)


def test_a_components_type_token_is_its_class_in_the_library(program: Graph) -> None:
    packages = pkgutil.walk_packages(pulumi_serverless.__path__, "pulumi_serverless.")
    for package in packages:
        importlib.import_module(package.name)
    classes = {each.__name__ for each in _subclasses(Component)}

    tokens = {each.type for each in program.all if not each.custom and each.type != STACK_TYPE}
    assert tokens <= {f"serverless:index:{name}" for name in classes}


def test_names_leave_room_for_the_suffix_that_pulumi_adds(program: Graph) -> None:
    limits = {
        "aws:lambda/function:Function": 64,
        "aws:iam/role:Role": 64,
        "aws:scheduler/schedule:Schedule": 64,
    }
    for resource in program.all:
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
        outboxAgeSeconds="600",
        notificationReservedConcurrency="50",
        api='{"auth": {"kind": "iam"}, "requestsPerSecond": 7, "burstRequests": 9}',
        alarmEmails='["ops@example.com"]',
        runbookUrl="https://wiki.example.com/on-call",
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
    for alarm in stack.of_type(ALARM):
        assert "What to do: https://wiki.example.com/on-call/" in alarm.inputs["alarmDescription"]
    subscription = stack.only("aws:sns/topicSubscription:TopicSubscription").inputs
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "ops@example.com")


def test_the_part_about_notifications_declares_what_the_program_does() -> None:
    program = {each.urn: each for each in run_stack("dev").all}

    for each in run_part(notifications).all:
        # Archives are equal if they are one; dashboard and queries are of all components.
        left_out = set(each.inputs) if "operations" in each.name else {"code"}
        for name in each.inputs.keys() - left_out:
            assert each.inputs[name] == program[each.urn].inputs[name], f"{each.urn}.{name}"


def test_the_program_stays_a_picture() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) <= 80


def test_two_resources_of_one_name_are_an_error() -> None:
    def program() -> None:
        aws.sqs.Queue("queue")
        aws.sqs.Queue("queue")

    with pytest.raises(Exception, match=r"duplicate resource .*queue") as raised:
        record(program)
    assert isinstance(raised.value, DuplicateResourceError)


def test_a_provider_call_without_a_mock_is_an_error() -> None:
    def program() -> None:
        pulumi.export("zones", aws.get_availability_zones().names)

    with pytest.raises(Exception, match=r"no mock for .*getAvailabilityZones") as raised:
        record(program)
    assert isinstance(raised.value, UnmockedCallError)
