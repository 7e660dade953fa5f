"""The name of every metric has one owner, and something emits it: otherwise an alarm never fires,
and a row of the dashboard shows nothing for ever."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pulumi_serverless.testing import Graph
from tests.program.programs import ROOT

# What each service publishes.
AWS = {
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": {
        *("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"),
        *("AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped", "IteratorAge"),
        *("DestinationDeliveryFailures", "DeadLetterErrors", "PolledEventCount"),
    },
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": {
        *("ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"),
        *("ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"),
        *("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"),
    },
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": {
        *("ReadThrottleEvents", "WriteThrottleEvents", "UserErrors", "SystemErrors"),
    },
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    "AWS/ApiGateway": {"4xx", "5xx", "Count", "IntegrationLatency", "Latency", "DataProcessed"},
    # https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    "AWS/SNS": {
        *("NumberOfMessagesPublished", "NumberOfNotificationsDelivered"),
        *("NumberOfNotificationsFailed", "NumberOfNotificationsFilteredOut"),
        *("NumberOfNotificationsRedrivenToDlq", "NumberOfNotificationsFailedToRedriveToDlq"),
    },
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    "AWS/Events": {
        *("FailedInvocations", "Invocations", "InvocationsSentToDlq"),
        *("InvocationsFailedToBeSentToDlq", "MatchedEvents", "ThrottledRules", "TriggeredRules"),
    },
}


def metrics_of(program: Graph) -> set[tuple[str, str]]:
    """Namespace and name of every metric that an alarm or the dashboard reads."""
    found = set()
    for alarm in program.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        inputs = alarm.inputs
        queries = [each["metric"] for each in inputs.get("metricQueries", []) if "metric" in each]
        found |= {(each["namespace"], each["metricName"]) for each in queries}
        if "metricName" in inputs:
            found.add((inputs["namespace"], inputs["metricName"]))
    for dashboard in program.of_type("aws:cloudwatch/dashboard:Dashboard"):
        for widget in json.loads(dashboard.inputs["dashboardBody"])["widgets"]:
            lines = widget["properties"].get("metrics", [])
            found |= {(line[0], line[1]) for line in lines}
    return found


def test_every_metric_of_aws_is_one_that_the_service_publishes(program: Graph) -> None:
    of_aws = {each for each in metrics_of(program) if each[0].startswith("AWS/")}
    assert of_aws
    assert {each for each in of_aws if each[1] not in AWS[each[0]]} == set()


def test_every_own_metric_has_one_owner_and_is_emitted(program: Graph) -> None:
    for _, name in sorted(each for each in metrics_of(program) if not each[0].startswith("AWS/")):
        owners = [
            (path, constant)
            for path, text in sources().items()
            if name in text
            for constant, value in constants(path)
            if value == name
        ]
        assert len(owners) == 1, f"{name} must be one constant, found {owners}"
        [(owner, constant)] = owners
        users = [
            path
            for path, text in sources().items()
            if path != owner
            and path.is_relative_to(ROOT / "lambdas")
            and constant in text
            and constant in names_read(path)
        ]
        assert users, f"nothing in lambdas/ emits {name}, which {owner} names {constant}"


@cache
def sources() -> dict[Path, str]:
    """The text of every module that may name a metric: to parse them all takes long."""
    paths = [path for folder in ("lambdas", "components") for path in (ROOT / folder).rglob("*.py")]
    return {path: path.read_text() for path in sorted(paths)}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(sources()[path])


@cache
def constants(path: Path) -> list[tuple[str, str]]:
    """Every constant of a module that is a text, with its name."""
    return list(_constants(tree(path)))


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                yield name, text
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=texts)):
                for each, one in zip(names, texts, strict=True):
                    if isinstance(each, ast.Name) and isinstance(one, ast.Constant):
                        yield each.id, str(one.value)


@cache
def names_read(path: Path) -> set[str]:
    """What a module reads by its name or of another module, not only imports."""
    nodes = ast.walk(tree(path))
    read = [each for each in nodes if isinstance(getattr(each, "ctx", None), ast.Load)]
    return {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in read
        if isinstance(each, ast.Name | ast.Attribute)
    }
