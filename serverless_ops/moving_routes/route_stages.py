"""Reads and sets the stages of a facade's routes, and counts what its router has answered."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from serverless_ops.aws.errors import UnreachableError, UnreadablePartError
from serverless_ops.stack import MovingRoutes
from serverless_runtime.shared.metrics import COMPONENT
from serverless_runtime.strangler import metrics
from serverless_runtime.strangler.settings.stages import (
    read_stages,
    readable_stages,
    write_stages,
)

COUNTED = {
    "by_legacy": metrics.BY_LEGACY,
    "by_new": metrics.BY_NEW,
    "server_errors": metrics.SERVER_ERRORS,
    "same": metrics.SAME,
    "different": metrics.DIFFERENT,
    "not_compared": metrics.NOT_COMPARED,
}
"""Metrics by what they are called in output."""

_MAX_ATTEMPTS = 5
_FINE_MINUTES = 120
"""So far back, each minute is counted; further, five together: CloudWatch returns 1,440 sums at
most. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""


class SetStages(NamedTuple):
    """What operators have set."""

    by_route: dict[str, str]
    changed_at: datetime | None


def read_set_stages(ssm: Any, facade: MovingRoutes) -> SetStages:
    """Return the stages that were set. Raises botocore's errors, and UnreadablePartError if the
    parameter was edited by hand and cannot be read."""
    parameter = ssm.get_parameter(Name=facade.parameter_name)["Parameter"]
    return SetStages(_stages_in(parameter, facade), parameter.get("LastModifiedDate"))


def set_stage(ssm: Any, facade: MovingRoutes, route_key: str, stage: str | None) -> None:
    """Set the stage of one route, or with None make it as declared. Raises what reading raises.

    What somebody else sets at the same time stays: a version that has come between reading and
    writing is read afterwards, and the route set in that.
    """
    name = facade.parameter_name
    parameter = ssm.get_parameter(Name=name)["Parameter"]
    for _ in range(_MAX_ATTEMPTS):
        known = _stages_in(parameter, facade)
        # What the program has no longer is forgotten.
        stages = {key: known[key] for key in known.keys() & facade.routes.keys() - {route_key}}
        if stage is not None:
            stages[route_key] = stage
        put = ssm.put_parameter(Name=name, Value=write_stages(stages), Overwrite=True)
        if put["Version"] == parameter["Version"] + 1:
            return
        overwritten = f"{name}:{put['Version'] - 1}"
        between = ssm.get_parameter(Name=overwritten)["Parameter"]
        parameter = {**between, "Version": put["Version"]}
    raise UnreachableError(
        f"others change the parameter {name} at the same time, {_MAX_ATTEMPTS} times so far: see "
        "with `strangler status` what is set, and set it again"
    )


def _stages_in(parameter: Mapping[str, Any], facade: MovingRoutes) -> dict[str, str]:
    text, name = parameter["Value"], facade.parameter_name
    try:
        return read_stages(text)
    except ValueError as error:
        readable = shlex.quote(write_stages(readable_stages(text)))
        raise UnreadablePartError(
            f"the parameter {name} {error}; its router goes on with the last stages it could "
            f"read: aws ssm put-parameter --overwrite --name {name} --value {readable} keeps what "
            "can be read of it; all other routes are then as declared, unless stages for them are "
            "added to that JSON"
        ) from None


def count_answers(
    cloudwatch: Any, facade: MovingRoutes, now: datetime, minutes: int
) -> Mapping[str, Mapping[str, int]]:
    """Return the counts of the last minutes by route, one for each of COUNTED. Raises botocore's
    errors."""
    keys = [(route_key, label) for route_key in facade.routes for label in COUNTED]
    counts: dict[str, dict[str, int]] = {key: dict.fromkeys(COUNTED, 0) for key in facade.routes}
    period_seconds = 60 if minutes <= _FINE_MINUTES else 300
    since = (now - timedelta(minutes=minutes)).timestamp()
    for route_key, label in keys:
        found = cloudwatch.get_metric_statistics(
            Namespace=metrics.NAMESPACE,
            MetricName=COUNTED[label],
            Dimensions=[
                {"Name": COMPONENT, "Value": facade.component},
                {"Name": metrics.ROUTE, "Value": route_key},
            ],
            # CloudWatch takes whole periods.
            StartTime=datetime.fromtimestamp(since - since % period_seconds, UTC),
            # What has just been counted has the time of now, or of the minute that it is in.
            EndTime=now + timedelta(minutes=1),
            Period=period_seconds,
            Statistics=["Sum"],
        )
        counts[route_key][label] = round(sum(each["Sum"] for each in found["Datapoints"]))
    return counts
