"""Somebody who has only an alarm's message mends what is broken, by its section of the runbook.

What they type is read from the runbook. `pulumi up --refresh` puts back what was changed by hand;
its part is played by putting the taken right back, as this machine needs no Pulumi CLI.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lambdas.notification_service.breaker import FAILURES_TO_OPEN
from local.stack import DeployedStack
from local.tour.observe import arrivals, queue_depth
from local.tour.tour import ONCE_EACH
from local.wait import wait_until
from tests.e2e.newcomer import PATIENCE_SECONDS, Newcomer
from tests.e2e.operator import Terminal
from tests.e2e.rights import take_right
from tests.e2e.test_one_kind_down import mend
from tests.e2e.test_poison import hand_over_poison


@pytest.fixture(scope="module")
def at_work(stack: DeployedStack, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    return Newcomer(stack, Terminal(stack, tmp_path_factory.mktemp("newcomer")))


@pytest.fixture
def newcomer(at_work: Newcomer, tmp_path: Path) -> Iterator[Newcomer]:
    """With a quiet stack before and after, and a file for what the commands save."""
    stack = at_work.stack
    at_work.values["FILE"] = str(tmp_path / "saved.jsonl")
    stack.client("sqs").purge_queue(QueueUrl=stack.outputs["deadLetterQueueUrl"])
    at_work.sees_it_end("dead-letter-depth")
    at_work.forget_messages()
    yield at_work
    mend(stack)


def _create(api: httpx.Client) -> str:
    title = f"For a newcomer {uuid.uuid4()}"
    assert api.post("/tasks", json={"title": title}).status_code == 201
    return title


def _all_arrive(stack: DeployedStack, titles: list[str]) -> None:
    wait_until(
        lambda: [arrivals(stack, title) for title in titles],
        "one message on each channel",
        seconds=PATIENCE_SECONDS,
        enough=lambda seen: all(each == ONCE_EACH for each in seen),
    )


def test_a_newcomer_mends_a_broken_webhook(newcomer: Newcomer, api: httpx.Client) -> None:
    stack = newcomer.stack
    stack.receiver.status = httpx.codes.SERVICE_UNAVAILABLE
    titles = [_create(api) for _ in range(FAILURES_TO_OPEN)]
    wait_until(
        lambda: queue_depth(stack),
        "the dead letters",
        seconds=PATIENCE_SECONDS,
        enough=lambda depth: depth == len(titles),
    )

    section = newcomer.is_told_of("breaker-open")
    newcomer.types_what_stands_in(section, "breakers --stack")
    assert "webhook: open" in newcomer.said
    newcomer.values["CHANNEL"] = "webhook"
    stack.receiver.status = httpx.codes.NO_CONTENT
    newcomer.types_what_stands_in(section)

    _all_arrive(stack, titles)
    newcomer.types_what_stands_in(section, "breakers --stack")
    assert "webhook: closed" in newcomer.said


def test_a_newcomer_gives_a_revoked_right_back(newcomer: Newcomer, api: httpx.Client) -> None:
    stack = newcomer.stack
    newcomer.by_pulumi = take_right(stack, "send-notification", "may-send-for-email")
    title = _create(api)

    section = newcomer.is_told_of("dead-letter-depth")
    newcomer.types_what_stands_in(section, "dead-letters list")
    assert "is not authorized to perform" in newcomer.said
    [newcomer.values["EVENT_ID"]] = re.findall(r"for example (\S+)", newcomer.said)
    newcomer.types_what_stands_in(section, "dead-letters show", "pulumi", "dead-letters replay")

    _all_arrive(stack, [title])
    newcomer.sees_it_end("dead-letter-depth")


def test_a_newcomer_takes_a_poison_event_out(newcomer: Newcomer) -> None:
    event_id = hand_over_poison(newcomer.stack)

    section = newcomer.is_told_of("dead-letter-depth")
    newcomer.types_what_stands_in(section, "dead-letters list")
    assert "task event type must be" in newcomer.said
    [newcomer.values["EVENT_ID"]] = re.findall(r"for example (\S+)", newcomer.said)
    newcomer.types_what_stands_in(section, "dead-letters show", "dead-letters purge")

    assert queue_depth(newcomer.stack) == 0
    assert event_id in Path(newcomer.values["FILE"]).read_text()
    newcomer.sees_it_end("dead-letter-depth")


def _stop_the_relay(stack: DeployedStack) -> None:
    """Switch its schedule off, as somebody may by hand."""
    scheduler = stack.client("scheduler")
    [schedule] = scheduler.list_schedules()["Schedules"]
    found = scheduler.get_schedule(Name=schedule["Name"])
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{name: found[name] for name in kept}, State="DISABLED")


def test_a_newcomer_sets_a_stopped_relay_going(newcomer: Newcomer) -> None:
    stack = newcomer.stack
    _stop_the_relay(stack)
    # Silence for five minutes sets it off; a test puts the age that the relay would have found.
    alarm_name = stack.outputs["alarmNames"]["outbox-age"]
    [alarm] = stack.client("cloudwatch").describe_alarms(AlarmNames=[alarm_name])["MetricAlarms"]
    now = time.time()
    stack.client("cloudwatch").put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[
            {
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm["Dimensions"],
                "Timestamp": now - minute * 60,
                "Value": alarm["Threshold"],
            }
            for minute in range(alarm["EvaluationPeriods"] + 2)
        ],
    )

    section = newcomer.is_told_of("outbox-age")
    newcomer.types_what_stands_in(section, "ops relay --stack")
    assert "is off" in newcomer.said
    newcomer.types_what_stands_in(section, "ops relay --apply")

    newcomer.sees_it_end("outbox-age")
    newcomer.types_what_stands_in(section, "ops relay --stack")
    assert "is on" in newcomer.said
