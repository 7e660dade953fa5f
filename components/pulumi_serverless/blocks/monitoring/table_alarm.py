"""The alarm on a table whose requests DynamoDB refuses for their rate."""

from __future__ import annotations

import pulumi

from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Formula, Metric
from pulumi_serverless.blocks.table import Table


def throttled_alarm(
    name: str,
    kind: AlarmKind,
    table: Table,
    *,
    what: str,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> Alarm:
    """Make the alarm on the table, its indexes included; `what` names it to people.

    The two metrics come for a table without its indexes, and for each index of it;
    ThrottledRequests would need a dimension for each operation.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    metrics = {
        f"{side.lower()}_{number}": Metric(
            namespace="AWS/DynamoDB",
            name=f"{side}ThrottleEvents",
            dimensions=dimensions,
            statistic="Sum",
        )
        for number, dimensions in enumerate(table.metric_dimensions())
        for side in ("Read", "Write")
    }
    # DynamoDB publishes only what was throttled: without FILL, one silent metric hides the others.
    total = " + ".join(f"FILL({key}, 0)" for key in metrics)
    return Alarm(
        name,
        AlarmArgs(
            kind=kind,
            description=f"DynamoDB throttled requests for {what} in three of five minutes. The SDK "
            "repeats them; what still fails is answered with 503, or retried by Lambda.",
            watches=Formula(expression=total, metrics=metrics),
            # FILL invents a 0 for a minute whose data is late, so one datapoint alone decides
            # nothing; and the SDK repeats what was throttled for a moment.
            evaluation_periods=5,
            datapoints_to_alarm=3,
            topic_arn=topic_arn,
        ),
        opts=opts,
    )
