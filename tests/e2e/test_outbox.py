"""What a caller cannot hand off is not lost: the relay hands it off, by itself and once."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx

from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import alarms_by_id, emails_about
from local.wait import wait_until
from tests.e2e.permissions import without_permission

# The minimum age of this stack, the minute until the next run, and a slow machine.
RELAYED_WITHIN_SECONDS = 150

WATCHED = True


def _waiting(stack: HandoffStack) -> list[dict[str, Any]]:
    response = stack.client("dynamodb").scan(TableName=stack.outbox_table)
    return list(response["Items"])


def _run_relay(stack: HandoffStack) -> None:
    response = stack.client("lambda").invoke(
        FunctionName=stack.function_names()["task-events-relay"]
    )
    assert "FunctionError" not in response, response["Payload"].read()


def test_a_task_whose_handoff_was_denied_is_notified_by_itself_and_once(
    stack: HandoffStack, api: httpx.Client
) -> None:
    title = f"Denied {uuid.uuid4()}"

    with without_permission(stack, "tasks-create-task", "may-hand-off"):
        assert api.post("/tasks", json={"title": title}).status_code == 201
    [row] = [row for row in _waiting(stack) if title.encode() in row["payload"]["B"]]
    assert row["attempts"] == {"N": "0"}
    assert emails_about(stack, title) == []

    wait_until(lambda: emails_about(stack, title), "the email", seconds=RELAYED_WITHIN_SECONDS)

    wait_until(
        lambda: _waiting(stack), "the outbox to be empty", seconds=15, enough=lambda rows: not rows
    )
    _run_relay(stack)
    assert len(emails_about(stack, title)) == 1


def test_what_was_handed_off_at_once_leaves_nothing_in_the_outbox(
    stack: HandoffStack, api: httpx.Client
) -> None:
    path = api.post("/tasks", json={"title": "Gone at once"}).headers["Location"]
    assert api.put(path, json={"title": "Done", "status": "completed"}).status_code == 200
    assert api.delete(path).status_code == 204

    assert _waiting(stack) == []
    _run_relay(stack)


def test_a_running_relay_keeps_the_alarm_on_the_outbox_ok(stack: HandoffStack) -> None:
    alarm = alarms_by_id(stack)["outbox-age"]

    def datapoints() -> list[Any]:
        now = time.time()
        return list(
            stack.client("cloudwatch").get_metric_statistics(
                **{key: alarm[key] for key in ("Namespace", "MetricName", "Dimensions")},
                StartTime=now - 600,
                EndTime=now + 60,
                Period=60,
                Statistics=[alarm["Statistic"]],
            )["Datapoints"]
        )

    _run_relay(stack)

    wait_until(datapoints, "the relay's datapoint", seconds=15)
    assert alarms_by_id(stack)["outbox-age"]["StateValue"] != "ALARM"
