"""`verify-alarms`: what keeps alarms from notifying is reported; firing them leaves no trace."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.ops.alarms.on_call import OnCall

NOT_NOTIFIED = "no notification within a minute"


@pytest.fixture
def on_call() -> Iterator[OnCall]:
    with mock_aws():
        found = OnCall()
        found.add("age")
        found.add("depth", "INSUFFICIENT_DATA")
        yield found


def test_alarms_that_can_notify_are_counted_and_not_fired(on_call: OnCall) -> None:
    result = on_call.types()

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "2 alarms checked, 1 confirmed subscriber.",
        "No alarm was fired. Add --apply to see the notifications arrive.",
    ]
    assert on_call.fired == []


def test_what_is_wrong_with_the_topic_and_with_each_alarm_is_reported(on_call: OnCall) -> None:
    on_call.sns.set_topic_attributes(
        TopicArn=on_call.topic_arn,
        AttributeName="KmsMasterKeyId",
        AttributeValue="alias/aws/sns",
    )
    on_call.cloudwatch.disable_alarm_actions(AlarmNames=["dev-age"])
    on_call.alarms["gone"] = "dev-gone"

    result = on_call.types()

    topic, age, gone = result.stderr.splitlines()
    assert "the topic is encrypted with alias/aws/sns" in topic
    assert age == "age: its actions are disabled; deploy again"
    assert gone == "gone: there is no alarm dev-gone; deploy again"
    assert result.stdout == "3 alarms checked, 1 confirmed subscriber.\n"
    assert result.exit_code == 1


def test_a_composite_alarm_that_is_not_to_notify_anyone_is_not_checked(on_call: OnCall) -> None:
    on_call.alarms["unhealthy"] = "dev-unhealthy"
    on_call.composites = ["unhealthy"]

    result = on_call.types("--apply", "--yes")

    assert "2 alarms checked" in result.stdout
    assert on_call.fired == ["dev-age", "dev-depth"]
    assert result.exit_code == 0


def test_every_alarm_is_fired_once_and_everything_restored(on_call: OnCall) -> None:
    before = on_call.states()

    result = on_call.types("--apply", replies="y\n")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2 alarms checked, 1 confirmed subscriber.",
        "Alarms to fire: age, depth",
        "age: notified.",
        "depth: notified.",
    ]
    assert "All subscribers will be notified of each alarm. Continue? [y/N]" in result.stderr
    assert on_call.received() == ["dev-age", "dev-depth"]
    assert before == on_call.states() == {"age": "OK", "depth": "INSUFFICIENT_DATA"}
    assert on_call.has_left_nothing()


def test_without_consent_nothing_is_fired(on_call: OnCall) -> None:
    result = on_call.types("--apply", replies="n\n")

    assert result.exit_code == 1
    assert result.stderr.endswith("Nothing was changed. Without a terminal, pass --yes.\n")
    assert (on_call.fired, on_call.received()) == ([], [])
    assert on_call.has_left_nothing()


def test_nobody_is_asked_with_yes(on_call: OnCall) -> None:
    result = on_call.types("--apply", "--yes")

    assert (result.exit_code, result.stderr) == (0, "")
    assert on_call.fired == ["dev-age", "dev-depth"]


def test_an_alarm_without_a_notification_is_named_once_and_the_next_is_fired(
    on_call: OnCall,
) -> None:
    on_call.cloudwatch.disable_alarm_actions(AlarmNames=["dev-depth"])
    on_call.add("errors")
    on_call.delays = {"dev-age": 600, "dev-errors": 600}

    result = on_call.types("--apply", "--yes")

    disabled, age, errors = result.stderr.splitlines()
    assert disabled.startswith("depth: its actions are disabled")
    assert age.startswith(f"age: {NOT_NOTIFIED}: check that the policies of the topic")
    assert errors.startswith(f"errors: {NOT_NOTIFIED}")
    assert result.stdout.splitlines()[2:] == ["depth: notified."]
    assert result.exit_code == 1
    assert on_call.states() == {"age": "OK", "depth": "INSUFFICIENT_DATA", "errors": "OK"}
    assert on_call.has_left_nothing()


@pytest.mark.parametrize(("delay_seconds", "exit_code"), [(60, 0), (61, 1)])
def test_a_notification_may_take_a_minute(
    on_call: OnCall, delay_seconds: float, exit_code: int
) -> None:
    on_call.delays = {"dev-age": delay_seconds}

    result = on_call.types("--apply", "--yes")

    assert result.exit_code == exit_code
    assert (NOT_NOTIFIED in result.stderr) == bool(exit_code)


def test_an_alarm_that_is_firing_already_or_does_not_exist_cannot_be_fired(on_call: OnCall) -> None:
    on_call.add("age", "ALARM")
    on_call.alarms["gone"] = "dev-gone"

    result = on_call.types("--apply", "--yes")

    assert "age: is in alarm already, so it cannot be fired." in result.stdout
    assert "Alarms to fire: depth\n" in result.stdout
    assert "gone: there is no alarm dev-gone" in result.stderr
    assert on_call.fired == ["dev-depth"]
    assert on_call.states()["age"] == "ALARM"


def test_programs_get_one_json_object(on_call: OnCall) -> None:
    on_call.delays = {"dev-age": 600}

    checked = on_call.types("--json")
    applied = on_call.types("--json", "--apply", "--yes")

    found = {"alarms": ["age", "depth"], "subscribers": 1}
    assert json.loads(checked.stdout) == {**found, "applied": False, "problems": []}
    [problem] = json.loads(applied.stdout)["problems"]
    assert json.loads(applied.stdout) == {**found, "applied": True, "problems": [problem]}
    assert problem.startswith(f"age: {NOT_NOTIFIED}")
    assert (checked.exit_code, applied.exit_code) == (0, 1)
    assert "2 alarms checked" in checked.stderr
    assert "No alarm was fired." in checked.stderr
    assert "depth: notified." in applied.stderr


def test_an_alarm_that_is_firing_is_no_part_of_the_json(on_call: OnCall) -> None:
    on_call.add("age", "ALARM")

    result = on_call.types("--json", "--apply", "--yes")

    assert json.loads(result.stdout)["alarms"] == ["age", "depth"]
    assert "age: is in alarm already" in result.stderr


def test_a_stack_without_an_alarm_topic_is_reported(on_call: OnCall) -> None:
    on_call.outputs = {"alarmTopicArn": None}

    result = on_call.types()

    assert result.exit_code == 3
    assert "stack dev has no alarm topic" in result.stderr


@pytest.mark.parametrize(
    ("operation", "fired", "number"),
    [
        ("create_queue", [], signal.SIGHUP),
        ("subscribe", [], signal.SIGINT),
        ("set_alarm_state", ["dev-age"], signal.SIGTERM),
        ("receive_message", ["dev-age"], signal.SIGINT),
        ("unsubscribe", ["dev-age", "dev-depth"], signal.SIGHUP),
        ("delete_queue", ["dev-age", "dev-depth"], signal.SIGTERM),
    ],
)
def test_a_signal_at_any_time_ends_it_with_everything_restored(
    on_call: OnCall, operation: str, fired: list[str], number: int
) -> None:
    before = signal.getsignal(number)
    on_call.interrupted = (operation, number)

    result = on_call.types("--apply", "--yes")

    assert result.exit_code == 130
    assert on_call.fired == fired
    assert on_call.states() == {"age": "OK", "depth": "INSUFFICIENT_DATA"}
    assert on_call.has_left_nothing()
    assert signal.getsignal(number) == before
