"""Tables that DynamoDB throttles. The emulator never does: its datapoints are put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.scenario.handoff_stack import HandoffStack
from tests.e2e.incidents.incident import Incident, Scenario


def _limit(table_of: Callable[[HandoffStack], str]) -> Callable[[Scenario], None]:
    def someone_limits_the_table(scenario: Scenario) -> None:
        scenario.stack.client("dynamodb").update_table(
            TableName=table_of(scenario.stack),
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )

    return someone_limits_the_table


def _is_limited(table_of: Callable[[HandoffStack], str]) -> Callable[[Scenario], bool]:
    def has_little_capacity(scenario: Scenario) -> bool:
        response = scenario.stack.client("dynamodb").describe_table(
            TableName=table_of(scenario.stack)
        )
        return bool(response["Table"]["BillingModeSummary"]["BillingMode"] == "PROVISIONED")

    return has_little_capacity


def _stage(scenario: Scenario) -> dict[str, Any]:
    api = scenario.stack.client("apigatewayv2")
    [only] = api.get_apis()["Items"]
    stage: dict[str, Any] = api.get_stage(ApiId=only["ApiId"], StageName="$default")
    return stage


def _requests_per_second(scenario: Scenario) -> float:
    return float(_stage(scenario)["DefaultRouteSettings"]["ThrottlingRateLimit"])


def _too_many_requests_arrive(scenario: Scenario) -> None:
    scenario.engineer.values["REQUESTS"] = str(int(_requests_per_second(scenario) / 2))
    scenario.creates_a_task()


def _as_many_are_accepted(scenario: Scenario) -> bool:
    return _requests_per_second(scenario) > float(scenario.engineer.values["REQUESTS"])


INCIDENTS = (
    Incident(
        name="someone limits the outbox",
        alarm_id="outbox-throttled",
        begin=_limit(lambda stack: stack.outbox_table),
        persists=_is_limited(lambda stack: stack.outbox_table),
        datapoint=1,
    ),
    Incident(
        name="someone limits the deliveries",
        alarm_id="once-throttled",
        begin=_limit(lambda stack: stack.deliveries_table),
        persists=_is_limited(lambda stack: stack.deliveries_table),
        datapoint=1,
    ),
    Incident(
        name="more requests arrive than the table can handle",
        alarm_id="table-throttled",
        begin=_too_many_requests_arrive,
        persists=_as_many_are_accepted,
        datapoint=1,
    ),
)
