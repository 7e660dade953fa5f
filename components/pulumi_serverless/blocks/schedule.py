"""Runs a function every so often."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.argument_checks import got, require_at_most
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_LONGEST_RATE_DAYS = 365
"""EventBridge does not say which numbers are too large for it; a cron expression has years."""

_NOTHING = "(?!)"
"""A pattern that no text matches, not even an empty one."""

_PER_DAY = {"minute": 1_440, "hour": 24, "day": 1}


@dataclass(frozen=True)
class _Field:
    """A field of a cron expression."""

    name: str
    least: int
    largest: int
    names: str = _NOTHING
    """Pattern of what may be written for its numbers."""

    alone: str = _NOTHING
    """Pattern of what can be in it, but not in a list or range."""

    def takes(self, text: str) -> bool:
        """Whether EventBridge would take this."""
        if re.fullmatch(self.alone, text):
            return True
        return all(self._takes_item(item) for item in text.split(","))

    def _takes_item(self, item: str) -> bool:
        places, slash, step = item.partition("/")
        if slash and not re.fullmatch("0*[1-9][0-9]{0,3}", step):
            return False
        # A step may begin at any place, at the first one, or without saying so.
        if places == "*" or (slash and not places):
            return True
        return all(self._is_place(place) for place in places.split("-", 1))

    def _is_place(self, text: str) -> bool:
        if re.fullmatch("[0-9]{1,4}", text):
            return self.least <= int(text) <= self.largest
        return bool(re.fullmatch(self.names, text))


_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of the month", 1, 31, alone=r"\?|L|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 1, 7, _DAYS, rf"\?|L|([1-7]|{_DAYS})(L|#[1-5])"),
    _Field("year", 1970, 2199),
)

_LONGEST_EXPRESSION, _LONGEST_DESCRIPTION = 256, 512
"""https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""

_LATE_SECONDS = 60
"""The shortest time for which EventBridge Scheduler and Lambda can keep a run."""


@dataclass(frozen=True, kw_only=True)
class ScheduleArgs(Arguments):
    """What runs when."""

    function: PythonFunction
    """The function. The schedule configures its asynchronous invocations."""

    expression: str
    """How often: "rate(1 minute)", "rate(5 minutes)" or "cron(…)", in UTC."""

    description: str
    """What the runs are for, at most 512 characters."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_at_most("the length of description", len(self.description), _LONGEST_DESCRIPTION)
        if problem := _problem_of(self.expression):
            raise ValueError(
                "expression must be like rate(1 minute), rate(5 minutes) or cron(0 3 * * ? *), "
                f"got {got(self.expression)}: {problem}"
            )


def _problem_of(expression: str) -> str:
    """Return what EventBridge would refuse, or nothing."""
    if len(expression) > _LONGEST_EXPRESSION:
        return f"it can have {_LONGEST_EXPRESSION} characters, not {len(expression)}"
    if rate := _RATE.fullmatch(expression):
        number, unit = rate[1].rstrip("s").split()
        longest = _LONGEST_RATE_DAYS * _PER_DAY[unit]
        return f"a rate can be {longest} {unit}s; use cron" if int(number) > longest else ""
    if cron := _CRON.fullmatch(expression):
        return _problem_of_cron(cron[1].split())
    return "it is neither"


def _problem_of_cron(given: list[str]) -> str:
    if len(given) != len(_FIELDS):
        return f"cron has {len(_FIELDS)} fields, not {len(given)}"
    for text, each in zip(given, _FIELDS, strict=True):
        if not each.takes(text):
            return f"the {each.name} cannot be {text}"
    if (given[2] == "?") is (given[4] == "?"):
        return "either the day of the month or that of the week must be ?"
    return ""


class Schedule(Component):
    """A schedule whose runs are not retried: the next run is the retry."""

    def __init__(
        self, name: str, args: ScheduleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Schedule", name, args, opts)
        child = pulumi.ResourceOptions(parent=self)
        function = args.function
        # Without this, runs that Lambda throttled would pile up.
        function.configure_event_invoke(
            f"{function.logical_name}-runs",
            max_retry_attempts=0,
            max_event_age_seconds=_LATE_SECONDS,
            opts=child,
        )
        role = ServiceRole(name, ServiceRoleArgs(service="scheduler"), opts=child)
        may_run = role.allow("run", actions=["lambda:InvokeFunction"], resources=[function.arn])
        aws.scheduler.Schedule(
            name,
            description=args.description,
            schedule_expression=args.expression,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": function.arn,
                "role_arn": role.arn,
                "retry_policy": {
                    "maximum_retry_attempts": 0,
                    "maximum_event_age_in_seconds": _LATE_SECONDS,
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_run]),
        )
        self.register_outputs({})
