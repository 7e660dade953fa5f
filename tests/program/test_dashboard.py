"""Dashboards and Logs Insights queries are what CloudWatch takes, and show what programs have."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest

from pulumi_serverless.blocks.monitoring.operations import QUERIES
from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION, REGION
from serverless_runtime.contracts.event_types import EVENT_TYPES

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
COLUMNS = 24
MAX_WIDGETS = 500
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
STATISTIC = re.compile(r"Average|Maximum|Minimum|SampleCount|Sum|p\d\d?(\.\d+)?")


@pytest.fixture(scope="module")
def widgets(program: Graph) -> list[dict[str, Any]]:
    return widgets_of(program)


def widgets_of(program: Graph) -> list[dict[str, Any]]:
    body = json.loads(program.only(DASHBOARD).inputs["dashboardBody"])
    assert set(body) == {"widgets"}
    found: list[dict[str, Any]] = body["widgets"]
    return found


def test_every_graph_has_a_datapoint_a_minute(widgets: list[dict[str, Any]]) -> None:
    graphs = [each["properties"] for each in widgets if each["type"] == "metric"]
    assert {each["period"] for each in graphs} == {60}


def lines(widgets: list[dict[str, Any]]) -> list[list[Any]]:
    return [
        line
        for widget in widgets
        if widget["type"] == "metric"
        for line in widget["properties"]["metrics"]
    ]


def made(program: Graph) -> set[str]:
    """Physical names and ids of everything that the program has made."""
    names = {each.name for each in program.all if each.custom}
    return {f"{name}{suffix}" for name in names for suffix in ("-1a2b3c4", "-id")}


def published(program: Graph) -> set[str]:
    """The dimensions that the program's functions publish their own metrics under."""
    environments = [each.inputs["environment"]["variables"] for each in program.of_type(FUNCTION)]
    return {
        value
        for each in environments
        for name, value in each.items()
        if name.split("_")[-1] == "COMPONENT"
    }


def test_the_dashboard_is_named_for_its_stack(dev: Graph) -> None:
    assert dev.only(DASHBOARD).inputs["dashboardName"] == "internal-handoff-dev"
    assert dev.exports["operations"]["dashboard"] == "internal-handoff-dev"


def test_every_part_is_on_the_grid_and_none_hides_another(widgets: list[dict[str, Any]]) -> None:
    assert 0 < len(widgets) <= MAX_WIDGETS
    cells = []
    for widget in widgets:
        assert set(widget) == {"type", "x", "y", "width", "height", "properties"}
        assert widget["type"] in {"metric", "text", "alarm"}
        assert 0 <= widget["x"] < COLUMNS
        assert widget["width"] >= 1
        assert widget["x"] + widget["width"] <= COLUMNS
        assert widget["y"] >= 0
        assert 1 <= widget["height"] <= 1_000
        xs = range(widget["x"], widget["x"] + widget["width"])
        ys = range(widget["y"], widget["y"] + widget["height"])
        cells.append({(x, y) for x in xs for y in ys})
    for one, other in combinations(cells, 2):
        assert not one & other


def test_the_page_follows_the_flow_of_the_data(dev: Graph) -> None:
    titles = [
        widget["properties"]["markdown"]
        for widget in sorted(widgets_of(dev), key=lambda each: each["y"])
        if widget["type"] == "text"
    ]
    words = ("API", "Functions", "outbox", "target", "dead letters", "Channels", "Alarms")
    assert len(titles) == len(words)
    for title, word in zip(titles, words, strict=True):
        assert word in title


def test_every_line_is_a_metric_of_something_that_the_program_has_made(
    program: Graph, widgets: list[dict[str, Any]]
) -> None:
    of_aws, own = made(program), published(program)
    for namespace, name, dimension, value, *more, options in lines(widgets):
        assert name
        assert STATISTIC.fullmatch(options["stat"])
        assert len(more) % 2 == 0
        # A metric of our own names the component first, or else the queue that it is about.
        known = of_aws if namespace.startswith("AWS/") or dimension == "QueueName" else own
        assert value in known, (name, dimension)


def test_graphs_are_of_the_stacks_own_region(widgets: list[dict[str, Any]]) -> None:
    regions = {each["properties"]["region"] for each in widgets if each["type"] == "metric"}
    assert regions == {REGION}


def test_every_function_of_the_flow_is_seen(dev: Graph) -> None:
    seen = {line[3] for line in lines(widgets_of(dev)) if line[2] == "FunctionName"}
    functions = {f"{each.name}-1a2b3c4" for each in dev.of_type(FUNCTION)}
    relay = "task-events-relay-1a2b3c4"
    assert seen == functions - {relay}, "the relay is seen by its metrics"


def test_metrics_of_notifications_are_of_the_events_and_channels_that_there_are(dev: Graph) -> None:
    own = [line for line in lines(widgets_of(dev)) if not line[0].startswith("AWS/")]
    values = {
        (dimension, value)
        for _, _, *dimensions, _ in own
        for dimension, value in zip(dimensions[::2], dimensions[1::2], strict=True)
        if dimension in ("EventType", "Channel")
    }
    assert values == {*(("EventType", each) for each in EVENT_TYPES), ("Channel", "email")}


def test_the_page_ends_with_every_alarm(program: Graph, widgets: list[dict[str, Any]]) -> None:
    [status] = [each for each in widgets if each["type"] == "alarm"]
    alarms = [*program.of_type(ALARM), *program.of_type(COMPOSITE)]
    assert set(status["properties"]["alarms"]) == {f"arn:{alarm.name}" for alarm in alarms}
    assert len(status["properties"]["alarms"]) <= 100


def test_every_query_covers_the_logs_of_every_function(program: Graph) -> None:
    names = {each.inputs["name"] for each in program.of_type(LOG_GROUP)}
    groups = {name for name in names if name.startswith("/aws/lambda/")}
    queries = program.of_type(QUERY)

    titles = {each.inputs["name"].split("/")[1] for each in queries}
    assert set(QUERIES) <= titles
    for query in queries:
        assert set(query.inputs["logGroupNames"]) == groups
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
        assert len(groups) <= 50
        assert len(query.inputs["queryString"]) <= 10_000
