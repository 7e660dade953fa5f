"""Reads and sets the stages of a facade's routes, and counts what its router has answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.stack import MovingRoutes
from serverless_runtime.shared.metrics import COMPONENT
from serverless_runtime.strangler import metrics
from serverless_runtime.strangler.settings.stages import read_stages, write_stages

COUNTED = {
    "by_legacy": metrics.BY_LEGACY,
    "by_new": metrics.BY_NEW,
    "server_errors": metrics.SERVER_ERRORS,
    "same": metrics.SAME,
    "different": metrics.DIFFERENT,
    "not_compared": metrics.NOT_COMPARED,
}
"""Metrics by what they are called in output."""

_PERIOD_SECONDS = 60


class SetStages(NamedTuple):
    """What operators have set."""

    by_route: dict[str, str]
    changed_at: datetime | None


def read_set_stages(ssm: Any, facade: MovingRoutes) -> SetStages:
    """Return the stages that were set. Raises botocore's errors, and UnreachableError if the
    parameter was edited by hand and cannot be read."""
    name = facade.parameter_name
    parameter = ssm.get_parameter(Name=name)["Parameter"]
    try:
        found = read_stages(parameter["Value"])
    except ValueError as error:
        raise UnreachableError(
            f"the parameter {name} {error}; its router goes on with the last stages it could "
            f"read: aws ssm put-parameter --overwrite --name {name} --value '{{}}' makes all "
            "routes as declared"
        ) from None
    return SetStages(found, parameter.get("LastModifiedDate"))


def set_stage(ssm: Any, facade: MovingRoutes, route_key: str, stage: str | None) -> None:
    """Set the stage of one route, or with None make it as declared. Raises what reading raises."""
    known = read_set_stages(ssm, facade).by_route
    # What the program has no longer is forgotten.
    kept = {key: each for key, each in known.items() if key in facade.routes and key != route_key}
    stages = kept if stage is None else {**kept, route_key: stage}
    ssm.put_parameter(Name=facade.parameter_name, Value=write_stages(stages), Overwrite=True)


def count_answers(
    cloudwatch: Any, facade: MovingRoutes, now: datetime, minutes: int
) -> Mapping[str, Mapping[str, int]]:
    """Return the counts of the last minutes by route, one for each of COUNTED. Raises botocore's
    errors."""
    keys = [(route_key, label) for route_key in facade.routes for label in COUNTED]
    counts: dict[str, dict[str, int]] = {key: dict.fromkeys(COUNTED, 0) for key in facade.routes}
    for route_key, label in keys:
        found = cloudwatch.get_metric_statistics(
            Namespace=metrics.NAMESPACE,
            MetricName=COUNTED[label],
            Dimensions=[
                {"Name": COMPONENT, "Value": facade.component},
                {"Name": metrics.ROUTE, "Value": route_key},
            ],
            StartTime=now - timedelta(minutes=minutes),
            # What has just been counted has the time of now, or of the minute that it is in.
            EndTime=now + timedelta(minutes=1),
            Period=_PERIOD_SECONDS,
            Statistics=["Sum"],
        )
        counts[route_key][label] = round(sum(each["Sum"] for each in found["Datapoints"]))
    return counts
