"""The page: the dashboard's widgets on their grid, in one self-contained file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from local.dashboard.graph import draw
from local.dashboard.readings import Readings, Widget, take_readings
from local.emulator.clients import Clients

_STYLE = """
body { font: 14px system-ui, sans-serif; margin: 1rem; color: #222; }
main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 30px; gap: 6px; }
section { border: 1px solid #ccc; border-radius: 4px; padding: 4px 8px; overflow: auto; }
section.text { border: 0; padding: 0; overflow: hidden; }
h2, h3 { font-size: 1rem; margin: 0; } p { margin: 0; color: #666; }
svg { width: 100%; height: 90px; } polyline { fill: none; stroke-width: 1.5; }
.axis { fill: none; stroke: #999; } polyline, .axis { vector-effect: non-scaling-stroke; }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 12px; }
li b { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
.ALARM { color: #b00020; font-weight: bold; } .OK { color: #1b7f3b; }
"""


def write_page(client: Clients, name: str, file: Path) -> None:
    """Write the dashboard `name`, as the emulator has it now, to `file`."""
    partial = file.with_suffix(".partial")
    partial.write_text(render(take_readings(client, name)))
    partial.rename(file)


def render(readings: Readings) -> str:
    """Return the page as HTML."""
    at = datetime.fromtimestamp(readings.until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    name = escape(readings.name)
    parts = "\n".join(
        _part(number, widget, readings) for number, widget in enumerate(readings.widgets)
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>
<body>
<h1>{name}</h1>
<p>The last hour until {at}, from the emulator on this machine.</p>
<main>
{parts}
</main>
</body>
</html>
"""


def _part(number: int, widget: Widget, readings: Readings) -> str:
    place = (
        f"grid-column: {widget['x'] + 1} / span {widget['width']}; "
        f"grid-row: {widget['y'] + 1} / span {widget['height']}"
    )
    inside = _INSIDE[widget["type"]](number, widget["properties"], readings)
    return f'<section class="{escape(widget["type"])}" style="{place}">{inside}</section>'


def _text(_: int, properties: Mapping[str, Any], __: Readings) -> str:
    return f"<h2>{escape(properties['markdown'].lstrip('# '))}</h2>"


def _graph(number: int, properties: Mapping[str, Any], readings: Readings) -> str:
    lines = [
        (line[-1]["label"], readings.lines.get((number, place), ()))
        for place, line in enumerate(properties["metrics"])
    ]
    return draw(properties["title"], lines, since=readings.since, until=readings.until)


def _alarms(_: int, properties: Mapping[str, Any], readings: Readings) -> str:
    states = [readings.alarms[arn] for arn in properties["alarms"]]
    entries = "".join(
        f'<li title="{escape(alarm["AlarmDescription"])}">{escape(alarm["AlarmName"])}: '
        f'<span class="{alarm["StateValue"]}">{alarm["StateValue"]}</span></li>'
        for alarm in states
    )
    return f"<h3>{escape(properties['title'])}</h3><ul>{entries}</ul>"


_INSIDE = {"text": _text, "metric": _graph, "alarm": _alarms}
