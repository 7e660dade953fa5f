"""What a caller cannot hand off is not lost: the relay does, by itself and once."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from local.scenario.observe import emails_about
from local.stack import DeployedStack
from local.wait import wait_until

# The minimum age of this stack, the minute until the next run, and a slow machine.
RELAYED_WITHIN_SECONDS = 150


@contextmanager
def _may_not_hand_off(stack: DeployedStack, operation: str) -> Iterator[None]:
    """Take the right to invoke the target from a running function, and give it back."""
    function = stack.client("lambda").get_function_configuration(
        FunctionName=stack.function_names()[operation]
    )
    iam, role = stack.client("iam"), function["Role"].rsplit("/", 1)[1]
    [policy] = [
        name
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        if "may-hand-off" in name
    ]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def _waiting(stack: DeployedStack) -> list[dict[str, Any]]:
    answer = stack.client("dynamodb").scan(TableName=stack.outbox_table)
    return list(answer["Items"])


def _run_relay(stack: DeployedStack) -> None:
    answer = stack.client("lambda").invoke(FunctionName=stack.function_names()["relay"])
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_task_whose_handoff_was_denied_is_told_of_by_itself_and_once(
    stack: DeployedStack, api: httpx.Client
) -> None:
    title = f"Denied {uuid.uuid4()}"

    with _may_not_hand_off(stack, "create-task"):
        assert api.post("/tasks", json={"title": title}).status_code == 201
    [row] = [row for row in _waiting(stack) if title.encode() in row["payload"]["B"]]
    assert row["attempts"] == {"N": "0"}
    assert emails_about(stack, title) == []

    wait_until(lambda: emails_about(stack, title), "the e-mail", seconds=RELAYED_WITHIN_SECONDS)

    wait_until(
        lambda: _waiting(stack), "the outbox to be empty", seconds=15, enough=lambda rows: not rows
    )
    _run_relay(stack)
    assert len(emails_about(stack, title)) == 1


def test_what_was_handed_off_at_once_leaves_nothing_in_the_outbox(
    stack: DeployedStack, api: httpx.Client
) -> None:
    path = api.post("/tasks", json={"title": "Gone at once"}).headers["Location"]
    assert api.put(path, json={"title": "Done", "status": "completed"}).status_code == 200
    assert api.delete(path).status_code == 204

    assert _waiting(stack) == []
    _run_relay(stack)


def test_a_running_relay_keeps_the_outboxs_alarm_quiet(stack: DeployedStack) -> None:
    cloudwatch = stack.client("cloudwatch")

    def alarm() -> dict[str, Any]:
        name = stack.outputs["alarmNames"]["outbox-age"]
        [described] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return dict(described)

    def seen() -> list[Any]:
        watched = {key: alarm()[key] for key in ("Namespace", "MetricName", "Dimensions")}
        now = time.time()
        return list(
            cloudwatch.get_metric_statistics(
                **watched,
                StartTime=now - 600,
                EndTime=now + 60,
                Period=60,
                Statistics=[alarm()["Statistic"]],
            )["Datapoints"]
        )

    _run_relay(stack)

    wait_until(seen, "the alarm to see the relay", seconds=15)
    assert alarm()["StateValue"] != "ALARM"
