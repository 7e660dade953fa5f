"""What CloudWatch takes of one dashboard, and where the rest of the rows is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_serverless import DashboardRow, Metric, MetricGraph
from pulumi_serverless.blocks.monitoring.dashboard import dashboard_bodies

METRIC = Metric(namespace="Shop", name="Requests", dimensions={}, statistic="Sum")


def a_row(graphs: int = 1, lines: int = 1) -> DashboardRow:
    graph = MetricGraph(title="Counts", lines={str(number): METRIC for number in range(lines)})
    return DashboardRow(title="Counts", graphs=[graph] * graphs)


def bodies(*rows: DashboardRow, alarms: int = 0) -> list[list[dict[str, Any]]]:
    """The widgets of each dashboard."""
    arns = [f"arn:{number}" for number in range(alarms)]
    texts = dashboard_bodies(rows, arns, "eu-west-1")
    return [json.loads(str(text))["widgets"] for text in texts]


def test_an_alarm_widget_shows_100_alarms_and_the_next_one_is_below_it() -> None:
    [widgets] = bodies(a_row(), alarms=201)

    states = [each for each in widgets if each["type"] == "alarm"]
    assert [len(each["properties"]["alarms"]) for each in states] == [100, 100, 1]
    assert [arn for each in states for arn in each["properties"]["alarms"]] == [
        f"arn:{number}" for number in range(201)
    ]
    # A row of a title and graphs, and the title of the alarms.
    assert [(each["y"], each["height"]) for each in states] == [(8, 4), (12, 4), (16, 4)]


@pytest.mark.parametrize(
    ("alarms", "dashboards"), [(0, [498]), (100, [500]), (101, [498, 3]), (201, [498, 4])]
)
def test_what_is_more_than_500_widgets_is_on_the_next_dashboard(
    alarms: int, dashboards: list[int]
) -> None:
    found = bodies(*[a_row()] * 249, alarms=alarms)

    assert [len(widgets) for widgets in found] == dashboards
    assert {widgets[0]["y"] for widgets in found} == {0}


def test_what_is_more_than_2500_metrics_is_on_the_next_dashboard() -> None:
    full = [a_row(graphs=5, lines=500)]

    assert len(bodies(*full, alarms=1)) == 1
    assert [len(widgets) for widgets in bodies(*full, a_row(), a_row())] == [6, 4]


def test_a_graph_shows_500_metrics_at_most() -> None:
    for count in (0, 501):
        with pytest.raises(ValueError, match=f"lines must have 1 to 500 entries, got {count}"):
            a_row(lines=count)
