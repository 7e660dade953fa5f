"""A look at a stack as lines for people, and as JSON for programs."""

from __future__ import annotations

from typing import Any

from ops.letter_queue import Depth
from ops.sight import age, grouped, moment_text, one_line
from ops.status import Status


def lines(stack: str, status: Status) -> list[str]:
    """Return the screen, a part a line, details below it."""
    return [
        one_line(f"Stack {stack} is {status.health}, {moment_text(status.at)}"),
        *_outbox(status),
        *_dead_letters(status),
        *_breakers(status),
        *_alarms(status),
        *(f"not read      {one_line(f'{part}: {why}')}" for part, why in status.unread.items()),
    ]


def _outbox(status: Status) -> list[str]:
    if not status.has_outbox:
        return ["outbox        none, delivery is direct"]
    found = []
    if status.backlog is not None:
        count = f"{status.backlog.count}{'' if status.backlog.is_all else ' or more'}"
        oldest = status.backlog.oldest_at
        since = f", the oldest for {age(oldest, status.at)}" if oldest else ""
        found.append(f"outbox        {count} waiting{since}")
    if "relay" in status.unread:
        return found
    if (run := status.relay) is None:
        return [*found, "relay         no run in the last 15 minutes"]
    did = f"handed off {run.handed_off}, failed {run.failed}"
    return [*found, f"relay         ran {age(run.at, status.at)} ago: {did}"]


def _dead_letters(status: Status) -> list[str]:
    if status.depth is None:
        return []
    if not sum(status.depth):
        return ["dead letters  none"]
    visible, hidden = status.depth
    found = [f"dead letters  {visible} visible, {hidden} being read"]
    for group in grouped(status.letters):
        since = age(group.oldest_at, status.at)
        found.append(one_line(f"{len(group.letters)}x, oldest {since} ago: {group.error}"))
    return [found[0], *(f"    {line}" for line in found[1:])]


def _breakers(status: Status) -> list[str]:
    if "breakers" in status.unread:
        return []
    if not status.open_breakers:
        return ["breakers      all closed"]
    return [
        f"breakers      {one_line(f'{name}: {state.status}, {state.last_error}')}"
        for name, state in status.open_breakers.items()
    ]


def _alarms(status: Status) -> list[str]:
    if "alarms" in status.unread:
        return []
    if not status.not_ok:
        return [f"alarms        all {len(status.alarms)} are OK"]
    found = [f"alarms        {len(status.not_ok)} of {len(status.alarms)} are not OK"]
    for alarm in status.not_ok:
        found.append(f"    {one_line(f'{alarm.state} {alarm.kind}: {alarm.says}')}")
    return found


def as_json(stack: str, status: Status) -> dict[str, Any]:
    """Return the same as one object; what was not read is null."""
    backlog, depth, run = status.backlog, status.depth or Depth(0, 0), status.relay
    return {
        "stack": stack,
        "health": status.health,
        "at": moment_text(status.at),
        "outbox": backlog
        and {
            "waiting": backlog.count,
            "is_all": backlog.is_all,
            "oldest_at": moment_text(backlog.oldest_at),
        },
        "last_relay_run": run
        and {"at": moment_text(run.at), "handed_off": run.handed_off, "failed": run.failed},
        "dead_letters": status.depth
        and {
            "visible": depth.visible,
            "being_read": depth.hidden,
            "groups": [group.as_json() for group in grouped(status.letters)],
        },
        "breakers": {name: state.status for name, state in status.breakers.items()},
        "alarms": {alarm.kind: alarm.state for alarm in status.alarms},
        "not_read": dict(status.unread),
    }
