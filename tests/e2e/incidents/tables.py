"""Tables that DynamoDB throttles. The emulator never does: what it would count is put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from tests.e2e.troubles.trouble import Scene, Trouble


def _limit(output: str) -> Callable[[Scene], None]:
    def somebody_limits_the_table(scene: Scene) -> None:
        scene.stack.client("dynamodb").update_table(
            TableName=scene.stack.outputs[output],
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )

    return somebody_limits_the_table


def _is_limited(output: str) -> Callable[[Scene], bool]:
    def has_little_capacity(scene: Scene) -> bool:
        answer = scene.stack.client("dynamodb").describe_table(
            TableName=scene.stack.outputs[output]
        )
        return bool(answer["Table"]["BillingModeSummary"]["BillingMode"] == "PROVISIONED")

    return has_little_capacity


def _stage(scene: Scene) -> dict[str, Any]:
    api = scene.stack.client("apigatewayv2")
    [only] = api.get_apis()["Items"]
    stage: dict[str, Any] = api.get_stage(ApiId=only["ApiId"], StageName="$default")
    return stage


def _requests_per_second(scene: Scene) -> float:
    return float(_stage(scene)["DefaultRouteSettings"]["ThrottlingRateLimit"])


def _too_many_requests_come(scene: Scene) -> None:
    scene.newcomer.values["REQUESTS"] = str(int(_requests_per_second(scene) / 2))
    scene.creates_a_task()


def _as_many_are_let_in(scene: Scene) -> bool:
    return _requests_per_second(scene) > float(scene.newcomer.values["REQUESTS"])


TROUBLES = (
    Trouble(
        name="somebody limits the outbox",
        kind=AlarmKind.OUTBOX_THROTTLED,
        begins=_limit("outboxTableName"),
        lasts=_is_limited("outboxTableName"),
        counted=1,
    ),
    Trouble(
        name="somebody limits the deliveries",
        kind=AlarmKind.DELIVERIES_THROTTLED,
        begins=_limit("deliveriesTableName"),
        lasts=_is_limited("deliveriesTableName"),
        counted=1,
    ),
    Trouble(
        name="more requests come than the table takes",
        kind=AlarmKind.TABLE_THROTTLED,
        begins=_too_many_requests_come,
        lasts=_as_many_are_let_in,
        counted=1,
    ),
)
