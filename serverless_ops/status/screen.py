"""The status of a stack as lines for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from serverless_ops.dead_letters.error_groups import counts_text, group_by_error
from serverless_ops.outbox.relay_runs import RelayRun
from serverless_ops.outbox.waiting_events import Backlog
from serverless_ops.status.queue_backlog import QueueBacklog
from serverless_ops.status.status import QueueStatus, Status
from serverless_ops.terminal import age, one_line, timestamp_text

_LABEL_WIDTH = 18


def lines(stack: str, status: Status) -> list[str]:
    """Return the screen: a line for each part, its details below it."""
    return [
        one_line(f"Stack {stack} is {status.health}, {timestamp_text(status.at)}"),
        *_outboxes(status),
        *_sources(status),
        *_dead_letters(status),
        *_circuit_breakers(status),
        *_alarms(status),
        *(_line("not read", f"{part}: {error}") for part, error in status.unread.items()),
        *_next(stack, status),
    ]


def _line(label: str, text: str, name: str = "") -> str:
    prefix = f"{name}: " if name else ""
    return f"{label:<{_LABEL_WIDTH}}{one_line(prefix + text)}"


def _named(label: str, parts: Mapping[str, Any], status: Status) -> Iterator[tuple[str, Any]]:
    """Yield each part with its name; with no name if the stack has only one."""
    alone = len(parts) == 1 and not any(each.startswith(f"{label} ") for each in status.unread)
    for name, part in parts.items():
        yield ("" if alone else name), part


def _outboxes(status: Status) -> list[str]:
    backlogs = [
        _line("outbox", _backlog(each, status), name)
        for name, each in _named("outbox", status.backlogs, status)
    ]
    new = {name: name in status.new_relays for name in status.relays}
    relays = [
        _line("relay", _relay(run, status, is_new=is_new), shown)
        for (shown, run), is_new in zip(
            _named("relay", status.relays, status), new.values(), strict=True
        )
    ]
    return [*backlogs, *relays]


def _backlog(backlog: Backlog, status: Status) -> str:
    count = f"{backlog.count}{'' if backlog.is_complete else ' or more'}"
    oldest = backlog.oldest_at
    return f"{count} waiting" + (f", the oldest for {age(oldest, status.at)}" if oldest else "")


def _relay(run: RelayRun | None, status: Status, *, is_new: bool) -> str:
    if run is None and is_new:
        return "no run yet, deployed just now"
    if run is None:
        return "no run in the last 15 minutes"
    return f"ran {age(run.at, status.at)} ago: handed off {run.handed_off}, failed {run.failed}"


def _sources(status: Status) -> list[str]:
    return [
        _line("queue", _source(backlog, status), name)
        for name, backlog in _named("queue", status.sources, status)
    ]


def _source(backlog: QueueBacklog, status: Status) -> str:
    visible, hidden, delayed = backlog.depth
    counts = f"{visible + delayed} waiting, {hidden} in work"
    oldest = backlog.oldest_at
    return counts + (f", the oldest for {age(oldest, status.at)}" if oldest else "")


def _dead_letters(status: Status) -> list[str]:
    queues = _named("dead letters", status.queues, status)
    return [line for name, queue in queues for line in _queue(name, queue, status)]


def _queue(name: str, queue: QueueStatus, status: Status) -> list[str]:
    if not sum(queue.depth):
        return [_line("dead letters", "none", name)]
    found = [
        _line("dead letters", f"{queue.depth.visible} visible, {queue.depth.hidden} hidden", name)
    ]
    for group in group_by_error(queue.dead_letters):
        since = age(group.oldest_at, status.at)
        text = one_line(f"{len(group.dead_letters)}x, oldest {since} ago: {group.error}")
        found.append(f"    {text}")
        if group.parked:
            found.append(f"    message groups {counts_text(group.parked)}")
    return found


def _circuit_breakers(status: Status) -> list[str]:
    if not status.circuit_breakers:
        return []
    if not status.open_circuit_breakers:
        return [_line("circuit breakers", "all closed")]
    several = len(status.circuit_breakers) > 1
    return [
        _line("circuit breakers", f"{name}: {state.status}, {state.last_error}", service * several)
        for service, states in status.open_circuit_breakers.items()
        for name, state in states.items()
    ]


def _alarms(status: Status) -> list[str]:
    if "alarms" in status.unread:
        return []
    if not status.not_ok:
        return [_line("alarms", _calm(status))]
    found = [
        _line("alarms", f"{len(status.not_ok)} of {len(status.alarms)} are not OK{_new(status)}")
    ]
    for alarm in status.not_ok:
        since = f" for {age(alarm.since, status.at)}" if alarm.since else ""
        if alarm.name in status.recovering:
            text = f"{alarm.state} {alarm.name}{since}: recovering"
        else:
            text = f"{alarm.state} {alarm.name}{since}: {alarm.description}"
        found.append(f"    {one_line(text)}")
    return found


def _calm(status: Status) -> str:
    new = _new(status)
    if not new:
        return f"all {len(status.alarms)} are OK"
    return (
        f"{sum(alarm.state == 'OK' for alarm in status.alarms)} of {len(status.alarms)} are OK{new}"
    )


def _new(status: Status) -> str:
    count = sum(alarm.state == "INSUFFICIENT_DATA" for alarm in status.alarms)
    return f", {count} {'has' if count == 1 else 'have'} no data yet" if count else ""


def _next(stack: str, status: Status) -> list[str]:
    """Return the commands that look closer at what is wrong."""
    ops = f"python -m serverless_ops {{}} --stack {stack}"
    wrong = {
        "dead-letters list": any(sum(queue.depth) for queue in status.queues.values()),
        "relay": any(map(status.has_stopped, status.relays)),
        "outbox list": status.is_outbox_late,
        "circuit-breakers": bool(status.open_circuit_breakers),
    }
    return [_line("next", ops.format(command)) for command, is_wrong in wrong.items() if is_wrong]


def as_json(stack: str, status: Status) -> dict[str, Any]:
    """Return the same as one object; what was not read is missing."""
    return {
        "stack": stack,
        "health": status.health,
        "at": timestamp_text(status.at),
        "outboxes": {
            name: {
                "waiting": backlog.count,
                "is_complete": backlog.is_complete,
                "oldest_at": timestamp_text(backlog.oldest_at),
            }
            for name, backlog in status.backlogs.items()
        },
        "last_relay_runs": {
            name: run
            and {
                "at": timestamp_text(run.at),
                "handed_off": run.handed_off,
                "failed": run.failed,
            }
            for name, run in status.relays.items()
        },
        "queues": {
            name: {
                "waiting": backlog.depth.visible + backlog.depth.delayed,
                "in_work": backlog.depth.hidden,
                "oldest_at": timestamp_text(backlog.oldest_at),
            }
            for name, backlog in status.sources.items()
        },
        "dead_letters": {
            name: {
                "visible": queue.depth.visible,
                "hidden": queue.depth.hidden,
                "groups": [group.as_json() for group in group_by_error(queue.dead_letters)],
            }
            for name, queue in status.queues.items()
        },
        "circuit_breakers": {
            service: {name: state.status for name, state in states.items()}
            for service, states in status.circuit_breakers.items()
        },
        "alarms": {alarm.name: alarm.state for alarm in status.alarms},
        "recovering": sorted(status.recovering),
        "not_read": dict(status.unread),
    }
