"""The alarm on a DynamoDB table."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_serverless.blocks.arguments import checked
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import MathExpression
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.blocks.table import Table


def throttled_alarm(
    alarm_id: str, table: Table, *, table_label: str, foundation: Foundation
) -> AlarmArgs:
    """Return the alarm on throttled requests to the table or to one of its indexes.

    `table_label` says which table that is, e.g. "the orders table of shop".

    The two metrics come for a table without its indexes, and for each index of it;
    ThrottledRequests would need a dimension for each operation.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    metrics = {
        f"{side.lower()}_{number}": table.metric(f"{side}ThrottleEvents", "Sum", index=index)
        for number, index in enumerate((None, *table.indexes))
        for side in ("Read", "Write")
    }
    # DynamoDB publishes only what was throttled: without FILL, one missing metric hides the others.
    total = " + ".join(f"FILL({key}, 0)" for key in metrics)
    return AlarmArgs(
        id=alarm_id,
        description=f"DynamoDB throttled requests to {table_label} in three of the last five "
        "minutes. The SDK retries them; those that still fail are errors to the caller, and "
        "Lambda retries asynchronous invocations.",
        metric=MathExpression(expression=total, metrics=metrics),
        # FILL turns a minute whose data is late into 0, so a single datapoint is not enough; and
        # the SDK retries requests that are throttled briefly.
        evaluation_periods=5,
        datapoints_to_alarm=3,
        foundation=foundation,
    )


@checked
def throttled_alarms(
    alarm_id: str, tables: Mapping[str, Table], *, foundation: Foundation
) -> list[Alarm]:
    """Create the alarm on throttled requests for each of a program's own tables, by their names."""
    return [
        Alarm(
            f"{name}-{alarm_id}",
            throttled_alarm(
                alarm_id, table, table_label=f"the table {name}", foundation=foundation
            ),
            opts=pulumi.ResourceOptions(parent=table),
        )
        for name, table in tables.items()
    ]
