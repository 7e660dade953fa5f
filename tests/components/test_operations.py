"""Whatever a program watches is in its dashboard, its queries and its outputs."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from pulumi_serverless import (
    Alarm,
    AlarmArgs,
    AsyncHandoff,
    AsyncHandoffArgs,
    DashboardRow,
    MetricGraph,
    Operations,
    OperationsArgs,
    PythonFunction,
    Watched,
)
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, TOPIC, a_function

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"


class Counter(pulumi.ComponentResource):
    """A pattern that is unknown to the library."""

    def __init__(self, name: str) -> None:
        super().__init__("shop:index:Counter", name)
        self._name = name
        self.functions = [a_function(f"{name}-count")]
        invocations = self.functions[0].metric("Invocations", "Sum")
        alarm = AlarmArgs(
            id="count-high", description="Many.", metric=invocations, foundation=FOUNDATION
        )
        self.alarms = [Alarm(f"{name}-{alarm.id}", alarm)]
        self._row = DashboardRow(
            title=f"Counts of {name}",
            graphs=[MetricGraph(title="Counts", lines={"all": invocations})],
        )

    def dashboard_rows(self) -> list[DashboardRow]:
        return [self._row]

    def log_queries(self) -> dict[str, str]:
        return {"counts": "stats count(*)"}

    def operations(self) -> dict[str, dict[str, Any]]:
        return {"counters": {self._name: {"functionName": self.functions[0].name}}}


def operated(*watched: Watched, functions: tuple[PythonFunction, ...] = ()) -> None:
    args = OperationsArgs(foundation=FOUNDATION, watched=watched, functions=functions)
    pulumi.export("operations", Operations("operations", args).outputs)


def a_handoff(name: str, **settings: Any) -> AsyncHandoff:
    target = a_function(f"{name}-target")
    return AsyncHandoff(name, AsyncHandoffArgs(foundation=FOUNDATION, target=target, **settings))


def test_an_unknown_component_is_operated_like_any_other() -> None:
    stack = record(lambda: operated(Counter("clicks")))

    assert stack.exports["operations"] == {
        "alarmTopicArn": TOPIC,
        "dashboard": "test-unit",
        "alarms": {"clicks-count-high": "clicks-count-high-1a2b3c4"},
        "functions": {"clicks-count": "clicks-count-1a2b3c4"},
        "counters": {"clicks": {"functionName": "clicks-count-1a2b3c4"}},
    }
    widgets = json.loads(stack.only(DASHBOARD).inputs["dashboardBody"])["widgets"]
    assert widgets[0]["properties"]["markdown"] == "## Counts of clicks"
    assert widgets[-1]["properties"]["alarms"] == ["arn:clicks-count-high"]
    queries = {query.inputs["name"]: query.inputs for query in stack.of_type(QUERY)}
    assert queries["test-unit/counts"]["queryString"] == "stats count(*)"
    assert queries["test-unit/errors"]["logGroupNames"] == ["/aws/lambda/test-unit-clicks-count"]


def test_two_handoffs_are_operated_side_by_side() -> None:
    stack = record(lambda: operated(a_handoff("orders"), a_handoff("mails", delivery="direct")))

    outputs = stack.exports["operations"]
    assert outputs["deadLetters"] == {
        name: {
            "kind": "invocation",
            "queueUrl": f"https://sqs/{name}-dead-letters",
            "targetArn": f"arn:{name}-target",
        }
        for name in ("orders", "mails")
    }
    assert outputs["outboxes"] == {
        "orders": {
            "tableName": "orders-outbox-1a2b3c4",
            "relayFunctionName": "orders-relay-1a2b3c4",
        }
    }
    depth = {name for name in outputs["alarms"] if name.endswith("-dead-letter-depth")}
    assert depth == {"orders-dead-letter-depth", "mails-dead-letter-depth"}
    titles = [
        widget["properties"]["markdown"]
        for widget in json.loads(stack.only(DASHBOARD).inputs["dashboardBody"])["widgets"]
        if widget["type"] == "text"
    ]
    assert len(titles) == len(set(titles))


def test_a_function_of_the_programs_own_is_queried_once() -> None:
    def program() -> None:
        handoff = a_handoff("orders")
        operated(handoff, functions=(a_function("caller"), *handoff.functions))

    stack = record(program)

    assert set(stack.exports["operations"]["functions"]) == {"orders-relay", "caller"}
    for query in stack.of_type(QUERY):
        assert len(query.inputs["logGroupNames"]) == 2


class Wide(Counter):
    """A component with a thousand metrics."""

    def dashboard_rows(self) -> list[DashboardRow]:
        [[graph], title] = self._row.graphs, self._row.title
        lines = {str(number): graph.lines["all"] for number in range(500)}
        return [DashboardRow(title=title, graphs=[MetricGraph(title="Many", lines=lines)] * 2)]


def widgets_of(stack: Graph) -> dict[str, list[dict[str, Any]]]:
    """The widgets of each dashboard, by its name."""
    return {
        each.inputs["dashboardName"]: json.loads(each.inputs["dashboardBody"])["widgets"]
        for each in stack.of_type(DASHBOARD)
    }


def test_a_stack_without_alarms_has_no_widget_for_them() -> None:
    stack = record(lambda: operated(functions=(a_function("own"),)))

    assert widgets_of(stack) == {"test-unit": []}


def test_a_row_that_is_too_much_for_the_dashboard_is_on_a_second_one() -> None:
    stack = record(lambda: operated(Wide("first"), Wide("second"), Counter("c"), Wide("third")))

    titles = {
        dashboard: [each["properties"]["markdown"] for each in widgets if each["type"] == "text"]
        for dashboard, widgets in widgets_of(stack).items()
    }
    assert titles == {
        "test-unit": ["## Counts of first", "## Counts of second", "## Counts of c"],
        "test-unit-2": ["## Counts of third", "## Alarms"],
    }
    assert stack.exports["operations"]["dashboard"] == "test-unit"


@pytest.mark.parametrize(("functions", "parts"), [(0, [0]), (50, [50]), (120, [50, 50, 20])])
def test_a_query_over_more_log_groups_than_it_may_have_is_several(
    functions: int, parts: list[int]
) -> None:
    stack = record(
        lambda: operated(functions=tuple(a_function(f"f{number}") for number in range(functions)))
    )

    names = ["test-unit/errors", "test-unit/errors-2", "test-unit/errors-3"][: len(parts)]
    queries = {each.inputs["name"]: each.inputs for each in stack.of_type(QUERY)}
    assert [name for name in queries if "errors" in name] == names
    assert [len(queries[name].get("logGroupNames", ())) for name in names] == parts
    assert len({queries[name]["queryString"] for name in names}) == 1
    searched = [group for name in names for group in queries[name].get("logGroupNames", ())]
    assert searched == [f"/aws/lambda/test-unit-f{number}" for number in range(functions)]


class Renamed(Counter):
    """A component that uses a name of another one for something else."""

    def log_queries(self) -> dict[str, str]:
        return {"errors": "stats count(*) by level"}


class Overwriting(Counter):
    def operations(self) -> dict[str, dict[str, Any]]:
        return {"alarms": {"first-count-high": "something else"}}


@pytest.mark.parametrize(
    ("component", "message"),
    [(Renamed, "log query .* got two of 'errors'"), (Overwriting, "alarms .* 'first-count-high'")],
)
def test_a_name_that_is_taken_is_refused(component: type[Counter], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(lambda: operated(Counter("first"), component("second")))


def test_an_alarm_of_the_programs_own_is_in_the_dashboard_and_the_outputs() -> None:
    def program() -> None:
        alarm = AlarmArgs(
            id="count-high",
            description="Many.",
            metric=a_function("count").metric("Invocations", "Sum"),
            foundation=FOUNDATION,
        )
        args = OperationsArgs(
            foundation=FOUNDATION, watched=(), alarms=[Alarm("own-count-high", alarm)]
        )
        pulumi.export("operations", Operations("operations", args).outputs)

    graph = record(program)

    assert list(graph.exports["operations"]["alarms"]) == ["own-count-high"]
    widgets = json.loads(graph.only(DASHBOARD).inputs["dashboardBody"])["widgets"]
    assert widgets[-1]["properties"]["alarms"] == ["arn:own-count-high"]
