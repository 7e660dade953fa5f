"""The bodies of emails, as text and as HTML."""

from __future__ import annotations

from collections.abc import Callable

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channels.message_text import (
    EVENT_TITLES,
    lines,
    one_line,
)

# Lines of the detail are quoted, so that none of them looks like one of ours.
_TEXT = """\
{event_title} at {time}

Title:  {title}
Status: {status}
{due}{detail}
Task {task_id}, event {event_id}
"""
_TEXT_DUE = "Due:    {due_at}\n"
_TEXT_FIRST_LINE = "\n> {line}\n"
_TEXT_LINE = "> {line}\n"

# "auto" takes each text's direction from its own letters and keeps it from its neighbours.
_HTML = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{event_title}</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f5f7; color: #1d2129;
 font: 16px/1.5 sans-serif">
<div style="max-width: 560px; margin: 0 auto; padding: 24px; background: #ffffff;
 border-radius: 8px">
<p style="margin: 0; color: #5a6270">{event_title}</p>
<h1 dir="auto" style="margin: 4px 0 16px; font-size: 22px; overflow-wrap: anywhere">{title}</h1>
<table role="presentation" style="border-spacing: 0">
<tr><td style="padding-right: 16px; color: #5a6270">Status</td><td>{status}</td></tr>
{due}<tr><td style="padding-right: 16px; color: #5a6270">When</td><td>{time}</td></tr>
</table>
{detail}<p style="margin: 24px 0 0; font-size: 12px; color: #5a6270">Task <bdi>{task_id}</bdi>,
 event <bdi>{event_id}</bdi></p>
</div>
</body>
</html>
"""
_HTML_DUE = """\
<tr><td style="padding-right: 16px; color: #5a6270">Due</td><td>{due_at}</td></tr>
"""
_HTML_FIRST_LINE = """\
<p dir="auto" style="margin: 16px 0 0; min-height: 24px; overflow-wrap: anywhere">{line}</p>
"""
_HTML_LINE = _HTML_FIRST_LINE.replace("16px 0 0", "0")

# As `html.escape`, whose module also has a table of 2,000 names that a cold start does without.
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"},
)


def text_of(event: TaskEvent) -> str:
    """Return the body as text."""
    return _body(event, _TEXT, _TEXT_DUE, _TEXT_FIRST_LINE, _TEXT_LINE, escape=str)


def html_of(event: TaskEvent) -> str:
    """Return the body as HTML, in which every value of the task is text."""
    return _body(event, _HTML, _HTML_DUE, _HTML_FIRST_LINE, _HTML_LINE, escape=_escaped)


def _escaped(value: str) -> str:
    return value.translate(_ESCAPED)


def _body(
    event: TaskEvent,
    template: str,
    due: str,
    first_line: str,
    next_line: str,
    *,
    escape: Callable[[str], str],
) -> str:
    """Fill the template; values enter it through `escape` only."""

    def fill(part: str, **values: str) -> str:
        return part.format(**{name: escape(value) for name, value in values.items()})

    task = event.task
    detail = [
        fill(next_line if number else first_line, line=line)
        for number, line in enumerate(lines(task.detail or ""))
    ]
    parts = {
        "due": fill(due, due_at=task.due_at) if task.due_at else "",
        "detail": "".join(detail),
    }
    values = {
        "event_title": EVENT_TITLES[event.event_type],
        "time": event.time,
        "title": one_line(task.title),
        "status": task.status,
        "task_id": one_line(task.task_id),
        "event_id": one_line(event.event_id),
    }
    return template.format(**parts, **{name: escape(value) for name, value in values.items()})
