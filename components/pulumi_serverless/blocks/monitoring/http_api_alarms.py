"""The alarms on an HTTP API: answers that fail, and answers that come late."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.limits import require_between
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Formula, Metric

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class ApiThresholds:
    """Each alarm goes off at its threshold and above."""

    error_percent: int = 5
    """Answers of 5xx in percent of all, in five minutes; 1 to 100."""

    least_requests: int = 10
    """Requests in five minutes below which the share of errors says nothing; 1 or more."""

    latency_ms: int = 3_000
    """What the slowest one of a hundred answers takes, in milliseconds, 1 to 30000 (when API
    Gateway gives up). A cold start takes one or two seconds; three are more than that."""

    def __post_init__(self) -> None:
        require_between("error_percent", self.error_percent, 1, 100)
        require_between("least_requests", self.least_requests, 1, 1_000_000)
        require_between("latency_ms", self.latency_ms, 1, 30_000)


def api_alarms(
    name: str,
    *,
    api: HttpApi,
    thresholds: ApiThresholds,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[Alarm]:
    """Make both alarms of the service `name`.

    Without requests there are no metrics, and nobody who could be failed.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    """
    errors = AlarmArgs(
        kind=AlarmKind.API_ERRORS,
        description=f"The API of {name} answered {thresholds.error_percent} % of its requests with "
        "5xx in five minutes: clients see failures.",
        watches=Formula(
            expression=f"IF(requests >= {thresholds.least_requests}, 100 * errors / requests, 0)",
            metrics={
                "errors": _of_api(api, "5xx", "Sum"),
                "requests": _of_api(api, "Count", "Sum"),
            },
        ),
        threshold=thresholds.error_percent,
        period_seconds=_FIVE_MINUTES,
        topic_arn=topic_arn,
    )
    latency = AlarmArgs(
        kind=AlarmKind.API_LATENCY,
        description=f"One of a hundred answers of the API of {name} took {thresholds.latency_ms} "
        "ms or more for ten minutes: clients wait.",
        watches=_of_api(api, "Latency", "p99"),
        threshold=thresholds.latency_ms,
        period_seconds=_FIVE_MINUTES,
        # A deployment makes every function start cold, once.
        evaluation_periods=2,
        topic_arn=topic_arn,
    )
    return [Alarm(f"{name}-{args.kind}", args, opts=opts) for args in (errors, latency)]


def _of_api(api: HttpApi, metric_name: str, statistic: str) -> Metric:
    return Metric(
        namespace="AWS/ApiGateway",
        name=metric_name,
        dimensions={"ApiId": api.id},
        statistic=statistic,
    )
