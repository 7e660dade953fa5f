"""What EventBridge could not deliver goes to the target it was for, and to no other of the rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ops.dead_letters.kinds.clients import (
    FUNCTION,
    AwsOperator,
    make_queue,
    received,
)
from tests.ops.fakes import Queue, aws_client

EVENT = (
    '{"version":"0","id":"e-1","detail-type":"order paid","source":"orders",'
    '"detail":{"amount": 12345678901234567.89, "rate":1.10}}'
)


class Rule:
    """A rule on a bus of its own, with a queue and a function as targets."""

    def __init__(self, queue: Queue, operator: AwsOperator) -> None:
        self.queue, self.operator = queue, operator
        self.events = aws_client("events")
        self.events.create_event_bus(Name="orders")
        self.arn = str(
            self.events.put_rule(
                Name="paid", EventBusName="orders", EventPattern='{"source": ["orders"]}'
            )["RuleArn"]
        )
        self.url, self.queue_arn = make_queue(queue, "target")
        operator.knows("rule_target", queue.url)

    def targets(self, arn: str, **more: Any) -> None:
        self.events.put_targets(
            Rule="paid", EventBusName="orders", Targets=[{"Id": arn[-8:], "Arn": arn, **more}]
        )

    def fails(self, target: str, body: str = EVENT, retries: str = "2") -> None:
        """What EventBridge writes."""
        self.queue.add(
            body,
            RULE_ARN=self.arn,
            TARGET_ARN=target,
            ERROR_CODE="NO_PERMISSIONS",
            ERROR_MESSAGE="not authorized to perform: sqs:SendMessage",
            RETRY_ATTEMPTS=retries,
            EXHAUSTED_RETRY_CONDITION="MaximumRetryAttempts",
        )

    def replays(self, *words: str) -> Any:
        return self.operator.types_exactly("replay", "--apply", *words, "--stack", "dev")


@pytest.fixture
def rule(queue: Queue) -> Rule:
    return Rule(queue, AwsOperator(queue))


DEEP = "[" * 1_200 + "1.10" + "]" * 1_200


@pytest.mark.parametrize("body", [EVENT, DEEP], ids=("numbers", "deep"))
def test_it_goes_to_its_queue_character_by_character_without_the_error(
    rule: Rule, body: str
) -> None:
    rule.targets(rule.queue_arn)
    rule.targets(FUNCTION)
    rule.fails(rule.queue_arn, body)

    result = rule.replays()

    assert result.exit_code == 0, result.output
    [message] = received(rule.queue, rule.url)
    assert message["Body"] == body
    assert "MessageAttributes" not in message
    assert rule.operator.functions.events == []
    assert rule.queue.visible() == rule.queue.hidden() == 0


def test_it_goes_to_its_function_digit_for_digit(rule: Rule) -> None:
    rule.targets(FUNCTION)
    rule.fails(FUNCTION)

    assert rule.replays().exit_code == 0
    assert rule.operator.functions.payloads == [EVENT.encode()]


def test_in_a_fifo_queue_it_has_the_group_of_the_rule(rule: Rule) -> None:
    url, arn = make_queue(rule.queue, "target.fifo")
    rule.targets(arn, SqsParameters={"MessageGroupId": "orders"})
    rule.fails(arn)

    assert rule.replays().exit_code == 0
    [message] = received(rule.queue, url)
    assert message["Attributes"]["MessageGroupId"] == "orders"


def test_the_error_is_listed_and_shown(rule: Rule) -> None:
    rule.fails(FUNCTION)

    for where in (["--stack", "dev"], ["--queue-url", rule.queue.url]):
        listed = rule.operator.types_exactly("list", *where).stdout
        shown = rule.operator.types_exactly("show", rule.queue.last_id, "--json", *where).stdout
        assert "1x NO_PERMISSIONS: not authorized to perform: sqs:SendMessage" in listed
        found = json.loads(shown)
        assert (found["attempts"], found["condition"]) == (3, "MaximumRetryAttempts")
        assert (found["source"], found["target"]) == (rule.arn, FUNCTION)


@pytest.mark.parametrize(
    ("retries", "attempts"), [("0", 1), ("1", 2), ("3", 4), ("185", 186), ("many", None)]
)
def test_the_first_attempt_is_counted_with_its_retries(
    rule: Rule, retries: str, attempts: int | None
) -> None:
    rule.fails(FUNCTION, retries=retries)

    words = ("show", rule.queue.last_id, "--json", "--queue-url", rule.queue.url)
    assert json.loads(rule.operator.types_exactly(*words).stdout)["attempts"] == attempts


@pytest.mark.parametrize(
    "changed",
    [
        {"InputPath": "$.detail"},
        {"Input": "{}"},
        {"InputTransformer": {"InputTemplate": '"x"', "InputPathsMap": {}}},
    ],
    ids=lambda each: next(iter(each)),
)
def test_an_event_that_the_rule_changes_is_refused(rule: Rule, changed: dict[str, Any]) -> None:
    rule.targets(FUNCTION, **changed)
    rule.fails(FUNCTION)

    result = rule.replays()

    assert result.exit_code == 1
    assert f"({next(iter(changed))}), which only EventBridge can do" in result.output
    assert rule.operator.functions.events == []


def test_other_targets_are_refused_with_what_to_do(rule: Rule) -> None:
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:pay"
    rule.targets(arn, RoleArn="arn:aws:iam::123456789012:role/events")
    rule.fails(arn)

    result = rule.replays()

    assert result.exit_code == 1
    assert "a target of states is not supported" in result.output
    assert "export it and publish it again" in result.output


def test_a_target_or_rule_that_is_gone_is_named_with_what_to_do(rule: Rule) -> None:
    rule.fails(FUNCTION)
    no_target = rule.replays()
    rule.events.delete_rule(Name="paid", EventBusName="orders")
    no_rule = rule.replays()

    assert (no_target.exit_code, no_rule.exit_code) == (1, 1)
    assert f"has no target {FUNCTION} any more; purge --save" in no_target.output
    assert "the rule paid is gone; purge --save" in no_rule.output
    assert rule.queue.visible() == 1


def test_a_dry_run_says_what_would_be_refused(rule: Rule) -> None:
    rule.fails(FUNCTION)

    result = rule.operator.types_exactly("replay", "--json", "--stack", "dev")

    assert json.loads(result.stdout)["refused"] == 1
