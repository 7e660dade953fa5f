"""Whom a rule of EventBridge has for an event, and what is said if there is nobody."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import (
    BrokenTargetError,
    BusyTargetError,
    RejectedEventError,
)
from serverless_ops.dead_letters.kinds import rule_target
from tests.ops.dead_letters.kinds.fake_clients import FUNCTION, QUEUE, QUEUE_ARN, RULE, Paged, Sqs
from tests.ops.dead_letters.samples import a_dead_letter, unreadable
from tests.ops.fakes import RecordingLambda, service_error

PURGE = "purge --save saves it and deletes it"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s"


def _of_rule(rule: str | None = f"{RULE}paid", target: str | None = QUEUE_ARN) -> DeadLetter:
    record = {"source_arn": rule, "target_arn": target, "moved": True}
    attributes = {"ERROR_CODE": {"DataType": "String", "StringValue": "x"}}
    return a_dead_letter(payload="[1]", record=record, attributes=attributes)


def _to_target(pages: list[Any] | ClientError, **clients: Any) -> tuple[Any, Paged]:
    events = Paged(pages)
    known = {"events": events, **clients}
    return rule_target.destination(QUEUE, lambda service: known[service]), events


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ("paid", {"Rule": "paid"}),
        ("shop/paid", {"Rule": "paid", "EventBusName": "shop"}),
        ("aws.partner/shop/1/paid", {"Rule": "paid", "EventBusName": "aws.partner/shop/1"}),
    ],
)
def test_the_targets_of_a_rule_are_asked_for_once_on_its_bus(
    rule: str, where: dict[str, str]
) -> None:
    sqs = Sqs()
    others = [{"Arn": f"{QUEUE_ARN}-2"}, {"Arn": QUEUE_ARN[:-1]}]
    found, events = _to_target(
        [{"Targets": others}, {"Targets": [{"Arn": QUEUE_ARN}, {"Arn": FUNCTION}]}], sqs=sqs
    )
    dead_letter = _of_rule(f"{RULE}{rule}")

    assert found.description == "target the one that the rule of each event names"
    assert found.skip_reason(dead_letter) is None
    found.send(dead_letter)
    found.send(dead_letter)

    assert events.asked == [where]
    sent = {"QueueUrl": "https://sqs/orders", "MessageBody": "[1]", "MessageAttributes": {}}
    assert sqs.sent == [sent, sent]


def test_a_function_of_a_rule_is_invoked_with_the_event() -> None:
    functions = RecordingLambda()
    found, _ = _to_target([{"Targets": [{"Arn": FUNCTION}]}], **{"lambda": functions})

    found.send(_of_rule(target=FUNCTION))

    assert functions.payloads == [b"[1]"]


def test_the_group_of_a_fifo_target_is_that_of_the_rule() -> None:
    sqs = Sqs()
    target = {"Arn": f"{QUEUE_ARN}.fifo", "SqsParameters": {"MessageGroupId": "g"}}
    found, _ = _to_target([{"Targets": [target]}], sqs=sqs)

    found.send(_of_rule(target=f"{QUEUE_ARN}.fifo"))

    [sent] = sqs.sent
    assert (sent["MessageGroupId"], sent["MessageDeduplicationId"]) == ("g", "replay-m-1")


@pytest.mark.parametrize(
    ("dead_letter", "pages", "reason"),
    [
        (_of_rule(rule=None), [], f"it names no rule and no target; {PURGE}"),
        (_of_rule(target=None), [], f"it names no rule and no target; {PURGE}"),
        (unreadable(), [], f"it names no rule and no target; {PURGE}"),
        (
            _of_rule(),
            [{"Targets": [{"Arn": f"{QUEUE_ARN}s"}, {"Arn": "arn:a"}]}],
            f"{RULE}paid has no target {QUEUE_ARN} any more; {PURGE}",
        ),
        (
            _of_rule(),
            service_error("ResourceNotFoundException"),
            f"the rule paid is gone; {PURGE}",
        ),
        *(
            (
                _of_rule(),
                [{"Targets": [{"Arn": QUEUE_ARN, name: "x"}]}],
                f"the rule changes the event for {QUEUE_ARN} ({name}), which only EventBridge can "
                "do; export it and publish it again",
            )
            for name in ("Input", "InputPath", "InputTransformer")
        ),
        (
            _of_rule(target=STREAM),
            [{"Targets": [{"Arn": STREAM}]}],
            f"a target of kinesis is not supported ({STREAM}); export it and publish it again",
        ),
    ],
)
def test_an_event_without_a_target_is_refused_and_never_sent(
    dead_letter: DeadLetter, pages: Any, reason: str
) -> None:
    found, _ = _to_target(pages, sqs=Sqs())

    assert found.skip_reason(dead_letter) == reason
    with pytest.raises(RejectedEventError) as raised:
        found.send(dead_letter)
    assert str(raised.value) == f"is not known: {reason}"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (service_error("AccessDenied"), BrokenTargetError),
        (service_error("Internal", status=500), BusyTargetError),
    ],
)
def test_a_rule_that_cannot_be_read_stops_a_replay(error: ClientError, kind: type) -> None:
    found, _ = _to_target(error, sqs=Sqs())

    with pytest.raises(ClientError):
        found.skip_reason(_of_rule())
    with pytest.raises(kind):
        found.send(_of_rule())


def test_only_what_names_rule_and_target_is_of_a_rule() -> None:
    def recognized(*names: str) -> bool:
        return rule_target.recognizes({"MessageAttributes": {name: {} for name in names}})

    assert recognized("RULE_ARN", "TARGET_ARN", "ERROR_CODE")
    assert not recognized("RULE_ARN", "ERROR_CODE")
    assert not recognized("TARGET_ARN")
    assert not rule_target.recognizes({"MessageAttributes": None})
