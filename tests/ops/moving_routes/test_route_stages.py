"""Stages of routes, read and set call for call, and what is said of each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import pytest

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.moving_routes.moving_routes_command import _stage, describe
from serverless_ops.moving_routes.route_stages import (
    SetStages,
    count_answers,
    read_set_stages,
    set_stage,
)
from serverless_ops.stack import MovingRoutes

NOON = datetime(2026, 3, 1, 12, 3, 30, tzinfo=UTC)
FACADE = MovingRoutes(
    parameter_name="p",
    component="shop",
    routes={"GET /a": "20", "GET /b": "legacy"},
    read_seconds=5,
)


class Ssm:
    """A parameter whose versions others may add to before ours is written."""

    def __init__(
        self, *versions: dict[str, str], others: list[dict[str, str]] | None = None
    ) -> None:
        self.versions = [json.dumps(each) for each in versions]
        self.others = [json.dumps(each) for each in others or []]
        self.read: list[str] = []

    def get_parameter(self, *, Name: str) -> Any:  # noqa: N803
        self.read.append(Name)
        version = int(Name.partition(":")[2] or len(self.versions))
        return {
            "Parameter": {
                "Value": self.versions[version - 1],
                "Version": version,
                "LastModifiedDate": NOON,
            }
        }

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool) -> Any:  # noqa: N803
        assert (Name, Overwrite) == ("p", True)
        if self.others:
            self.versions.append(self.others.pop(0))
        self.versions.append(Value)
        return {"Version": len(self.versions)}

    @property
    def last(self) -> Any:
        return json.loads(self.versions[-1])


def test_what_was_set_is_read_with_its_time() -> None:
    assert read_set_stages(Ssm({"GET /a": "new"}), FACADE) == SetStages({"GET /a": "new"}, NOON)


@pytest.mark.parametrize(
    ("known", "stage", "left"),
    [
        ({}, "new", {"GET /a": "new"}),
        ({"GET /a": "20"}, "new", {"GET /a": "new"}),
        ({"GET /a": "20", "GET /b": "7"}, None, {"GET /b": "7"}),
        ({"GET /gone": "7", "GET /b": "7"}, "legacy", {"GET /a": "legacy", "GET /b": "7"}),
    ],
)
def test_one_route_is_set_and_what_the_program_has_no_longer_is_forgotten(
    known: dict[str, str], stage: str | None, left: dict[str, str]
) -> None:
    ssm = Ssm(known)

    set_stage(ssm, FACADE, "GET /a", stage)

    assert (ssm.last, len(ssm.versions), ssm.read) == (left, 2, ["p"])


def test_a_version_that_came_between_is_read_and_set_again() -> None:
    ssm = Ssm({}, {"GET /a": "1"}, others=[{"GET /b": "7"}, {"GET /b": "8"}])

    set_stage(ssm, FACADE, "GET /a", "new")

    assert ssm.last == {"GET /a": "new", "GET /b": "8"}
    assert ssm.read == ["p", "p:3", "p:5"]


@pytest.mark.parametrize(("others", "succeeds"), [(4, True), (5, False)])
def test_it_is_tried_five_times(others: int, *, succeeds: bool) -> None:
    ssm = Ssm({}, others=[{"GET /b": str(number)} for number in range(1, others + 1)])

    if succeeds:
        set_stage(ssm, FACADE, "GET /a", "new")
        assert ssm.last == {"GET /a": "new", "GET /b": str(others)}
        return
    with pytest.raises(UnreachableError) as raised:
        set_stage(ssm, FACADE, "GET /a", "new")
    assert str(raised.value) == (
        "others change the parameter p at the same time, 5 times so far: see with `strangler "
        "status` what is set, and set it again"
    )


class CloudWatch:
    """Counts 1.4 and 2.2 of everything."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def get_metric_statistics(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return {"Datapoints": [{"Sum": 1.4}, {"Sum": 2.2}]}


NAMES = {
    "by_legacy": "AnsweredByLegacy",
    "by_new": "AnsweredByNew",
    "server_errors": "ServerErrors",
    "same": "Same",
    "different": "Different",
    "not_compared": "NotCompared",
}


@pytest.mark.parametrize(
    ("minutes", "period_seconds", "since"),
    [
        (1, 60, datetime(2026, 3, 1, 12, 2, tzinfo=UTC)),
        (120, 60, datetime(2026, 3, 1, 10, 3, tzinfo=UTC)),
        (121, 300, datetime(2026, 3, 1, 10, 0, tzinfo=UTC)),
        (1_440, 300, datetime(2026, 2, 28, 12, 0, tzinfo=UTC)),
    ],
)
def test_answers_are_counted_in_whole_periods_until_the_end_of_this_minute(
    minutes: int, period_seconds: int, since: datetime
) -> None:
    cloudwatch = CloudWatch()

    found = count_answers(cloudwatch, FACADE, NOON, minutes)

    assert found == {route: dict.fromkeys(NAMES, 4) for route in FACADE.routes}
    assert [(each["MetricName"], each["Dimensions"]) for each in cloudwatch.asked] == [
        (
            name,
            [{"Name": "Component", "Value": "shop"}, {"Name": "Route", "Value": route}],
        )
        for route in FACADE.routes
        for name in NAMES.values()
    ]
    for each in cloudwatch.asked:
        assert (each["StartTime"], each["Period"]) == (since, period_seconds)
        assert each["EndTime"] == NOON + timedelta(minutes=1)
        assert each["Statistics"] == ["Sum"]


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ("legacy", "legacy"),
        (" shadow ", "shadow"),
        ("new", "new"),
        ("20%", "20"),
        ("0", "legacy"),
        ("100%", "new"),
        ("declared", None),
    ],
)
def test_a_stage_is_a_name_or_a_percentage(given: str, stage: str | None) -> None:
    assert _stage(given) == stage


@pytest.mark.parametrize("given", ["101", "-1", "newer", "", "20%%"])
def test_any_other_stage_is_refused_with_those_there_are(given: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        _stage(given)

    assert str(raised.value) == (
        f"must be legacy, shadow, new, a percentage from 0 to 100, or declared, got {given!r}"
    )


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        ("legacy", "legacy: the old system answers"),
        ("shadow", "shadow: the old system answers, the new side is compared"),
        ("new", "new: the new function answers"),
        ("7", "7 %: the new function answers so many of a hundred callers"),
    ],
)
def test_a_stage_is_told_in_words(stage: str, text: str) -> None:
    assert describe(stage) == text
