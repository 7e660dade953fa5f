"""Runs a function every so often."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_MONTHS, _DAYS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC", "SUN|MON|TUE|WED|THU|FRI|SAT"
_FIELDS = (
    ("minutes", r"[\d,*/-]+", 0, 59),
    ("hours", r"[\d,*/-]+", 0, 23),
    ("day of the month", r"\?|L|[\d,*/W-]+", 1, 31),
    ("month", rf"(\d|[,*/-]|{_MONTHS})+", 1, 12),
    ("day of the week", rf"\?|L|(\d|[,*/#L-]|{_DAYS})+", 1, 7),
    ("year", r"[\d,*/-]+", 1970, 2199),
)
"""What each field of a cron expression is, may have in it, and its least and largest number."""

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
    """What the runs are for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        cron = _CRON.fullmatch(self.expression)
        problem = "" if _RATE.fullmatch(self.expression) else "it is neither"
        if problem and cron is not None:
            problem = _problem_of_cron(cron[1].split())
        if problem:
            raise ValueError(
                "expression must be like rate(1 minute), rate(5 minutes) or cron(0 3 * * ? *), "
                f"got {self.expression!r}: {problem}"
            )


def _problem_of_cron(given: list[str]) -> str:
    """Return what EventBridge would refuse, or nothing."""
    if len(given) != len(_FIELDS):
        return f"cron has {len(_FIELDS)} fields, not {len(given)}"
    for text, (name, pattern, least, largest) in zip(given, _FIELDS, strict=True):
        # How often, and which week of the month, are counts and no places.
        places = map(int, re.findall(r"(?<![/#\d])\d+", text))
        if not re.fullmatch(pattern, text) or not all(least <= n <= largest for n in places):
            return f"the {name} cannot be {text}"
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
