"""The page shows what the dashboard declares, filled from the emulator."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

from local.dashboard import Readings, render, take_readings, write_page
from local.emulator.start import Emulator

UNTIL = 1_800_000_000.0


def widget(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "x": 0, "y": 0, "width": 24, "height": 6, "properties": properties}


def line(stack: str, label: str) -> list[Any]:
    return ["Handoff", "Sold", "Stack", stack, {"stat": "Sum", "label": label}]


def page(widgets: list[dict[str, Any]], **found: Any) -> str:
    readings: dict[str, Any] = {"lines": {}, "alarms": {}, "until": UNTIL, **found}
    return render(Readings(name="shop-dev", widgets=widgets, **readings))


def test_a_line_is_drawn_within_its_hour_and_its_latest_value_shown() -> None:
    graph = widget("metric", title="Sold", metrics=[line("shop", "tea")])

    html = page([graph], lines={(0, 0): [(UNTIL - 3_600, 0.0), (UNTIL, 4.0)]})

    assert "<polyline points='0.0,100.0 300.0,0.0'/>" in html
    assert "tea: 4" in html
    assert "up to 4" in html


def test_a_graph_without_data_is_labelled() -> None:
    nothing = widget("metric", title="Sold", metrics=[line("shop", "tea")])
    half = widget("metric", title="Sold", metrics=[line("a", "tea"), line("b", "milk")])

    assert page([nothing]).count("no data here") == 1
    html = page([half], lines={(0, 1): [(UNTIL, 1.0)]})
    assert "tea: no data here" in html
    assert "milk: 1" in html


def test_every_part_is_where_the_dashboard_puts_it() -> None:
    text = {**widget("text", markdown="## Tea"), "x": 6, "y": 3, "width": 12, "height": 1}

    html = page([text])

    assert "grid-column: 7 / span 12; grid-row: 4 / span 1" in html
    assert "<h2>Tea</h2>" in html


def test_an_alarm_shows_its_state_and_names_from_the_program_cannot_break_the_page() -> None:
    alarm = {"AlarmName": "<b>sold</b>", "AlarmDescription": 'a "b"', "StateValue": "ALARM"}

    html = page([widget("alarm", title="Alarms", alarms=["arn:1"])], alarms={"arn:1": alarm})

    assert '<li title="a &quot;b&quot;">&lt;b&gt;sold&lt;/b&gt;: ' in html
    assert '<span class="ALARM">ALARM</span>' in html


def test_the_page_is_filled_from_the_emulator(emulator: Emulator, tmp_path: Path) -> None:
    cloudwatch, stack = emulator.client("cloudwatch"), f"shop-{uuid.uuid4()}"
    graph = widget("metric", title="Sold", metrics=[line(stack, "tea"), line("none", "milk")])
    cloudwatch.put_dashboard(DashboardName=stack, DashboardBody=json.dumps({"widgets": [graph]}))
    cloudwatch.put_metric_data(
        Namespace="Handoff",
        MetricData=[
            {
                "MetricName": "Sold",
                "Dimensions": [{"Name": "Stack", "Value": stack}],
                "Value": 3,
                "Timestamp": time.time() - 1,
            }
        ],
    )

    [[_, value]] = take_readings(emulator.client, stack).lines[0, 0]
    file = tmp_path / "dashboard.html"
    write_page(emulator.client, stack, file)

    assert value == 3
    assert f"<title>{stack}</title>" in file.read_text()
    assert "milk: no data here" in file.read_text()


def test_alarms_of_both_kinds_are_on_the_page(emulator: Emulator, tmp_path: Path) -> None:
    cloudwatch, stack = emulator.client("cloudwatch"), f"shop-{uuid.uuid4()}"
    cloudwatch.put_metric_alarm(
        AlarmName=f"{stack}-sold",
        AlarmDescription="sold out",
        Namespace="Handoff",
        MetricName="Sold",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_composite_alarm(
        AlarmName=f"{stack}-any", AlarmDescription="any", AlarmRule=f"ALARM({stack}-sold)"
    )
    names = [f"{stack}-sold", f"{stack}-any"]
    arns = [f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}" for name in names]
    body = {"widgets": [widget("alarm", title="Alarms", alarms=arns)]}
    cloudwatch.put_dashboard(DashboardName=stack, DashboardBody=json.dumps(body))

    write_page(emulator.client, stack, tmp_path / "dashboard.html")

    assert all(f"{name}: " in (tmp_path / "dashboard.html").read_text() for name in names)
