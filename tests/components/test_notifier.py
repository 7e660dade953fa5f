"""The Notifier: each subscriber's queue, filter and dead letters, and what it watches."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_serverless import EventFilter, EventType, Operations, OperationsArgs, SubscriberArgs
from pulumi_serverless.notifier import Notifier, NotifierArgs
from pulumi_serverless.testing import Graph, record
from tests.components.a_function import FOUNDATION, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENTS = [EventType(name="issued", attributes=["region"], data=["total"]), EventType(name="paid")]


def deployed(**subscribers: EventFilter) -> Graph:
    def program() -> None:
        invoices = Notifier("invoices", NotifierArgs(foundation=FOUNDATION, events=EVENTS))
        for name, wanted in subscribers.items():
            invoices.subscribe(name, SubscriberArgs(function=a_function(name), filter=wanted))
        Operations("operations", OperationsArgs(foundation=FOUNDATION, watched=[invoices]))

    return record(program)


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed(ledger=EventFilter())


def test_a_subscriber_gets_events_as_they_were_published_into_a_queue_of_its_own() -> None:
    stack = deployed(ledger=EventFilter(), vat=EventFilter(attributes={}, types=["issued"]))

    ledger, vat = (
        stack.named(f"invoices-{name}-subscription").inputs for name in ("ledger", "vat")
    )
    assert (ledger["topic"], ledger["protocol"]) == ("arn:invoices", "sqs")
    assert (ledger["endpoint"], vat["endpoint"]) == ("arn:invoices-ledger", "arn:invoices-vat")
    assert ledger["rawMessageDelivery"]
    assert "filterPolicy" not in ledger
    assert json.loads(vat["filterPolicy"]) == {"type": ["issued"]}


def test_a_filter_on_the_data_is_one_on_the_body() -> None:
    wanted = EventFilter(types=["issued"], data={"total": [{"numeric": [">", 100]}]})

    subscription = deployed(credit=wanted).only(SUBSCRIPTION).inputs

    assert subscription["filterPolicyScope"] == "MessageBody"


def test_what_a_queue_does_not_take_is_kept_beside_what_its_consumer_gave_up() -> None:
    stack = usual()

    redrive = json.loads(stack.only(SUBSCRIPTION).inputs["redrivePolicy"])
    queue = stack.named("invoices-ledger", "aws:sqs/queue:Queue").inputs
    assert redrive["deadLetterTargetArn"] == "arn:invoices-ledger-dead-letters"
    assert (
        json.loads(queue["redrivePolicy"])["deadLetterTargetArn"] == redrive["deadLetterTargetArn"]
    )


@pytest.mark.parametrize("queue", ["invoices-ledger", "invoices-ledger-dead-letters"])
def test_the_topic_alone_may_send_to_the_queue_and_to_its_dead_letters(queue: str) -> None:
    policy = usual().named(f"{queue}-policy", QUEUE_POLICY).inputs["policy"]

    [allow] = [each for each in json.loads(policy)["Statement"] if each["Effect"] == "Allow"]
    assert allow["Principal"] == {"Service": "sns.amazonaws.com"}
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": ["arn:invoices"]}}


def test_nothing_is_delivered_before_the_queue_takes_it() -> None:
    subscription = usual().only(SUBSCRIPTION)

    before = {urn.rpartition("::")[2] for urn in subscription.dependencies}
    assert {"invoices-ledger-policy", "invoices-ledger-dead-letters-policy"} <= before


def test_the_topic_and_each_subscriber_have_their_alarms_rows_and_dead_letters() -> None:
    stack = deployed(ledger=EventFilter(), vat=EventFilter(types=["issued"]))

    alarms = {each.name for each in stack.of_type(ALARM)}
    own = ("backlog-age", "consumer-failing", "last-attempt-failed", "dead-letter-depth")
    assert {"invoices-delivery-failed", "invoices-delivery-lost"} <= alarms
    assert {f"invoices-{name}-{each}" for name in ("ledger", "vat") for each in own} <= alarms
    body = stack.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]
    titles = [
        each["properties"]["markdown"]
        for each in json.loads(body)["widgets"]
        if each["type"] == "text"
    ]
    assert titles[:3] == [
        "## Topic invoices",
        "## Queue invoices-ledger → ledger",
        "## Queue invoices-ledger: dead letters",
    ]


def _notifier(**args: Any) -> Notifier:
    return Notifier("invoices", NotifierArgs(foundation=FOUNDATION, **{"events": EVENTS, **args}))


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (lambda: _notifier(events=[]), "events must name at least one type, got 0"),
        (lambda: _notifier(events=[*EVENTS, EVENTS[0]]), "got two of 'issued'"),
        (lambda: _notifier(events=EVENTS[0]), "events must be a list"),
        (
            lambda: [
                _notifier().subscribe(
                    "a",
                    SubscriberArgs(function=a_function("f"), filter=EventFilter(types=["isued"])),
                )
            ],
            "types of a filter must be one of issued, paid, got 'isued'",
        ),
    ],
)
def test_what_subscribers_could_not_rely_on_is_refused(
    program: Callable[[], object], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        record(program)


def test_a_second_subscriber_of_a_name_is_refused() -> None:
    def program() -> None:
        invoices = _notifier()
        for function in ("a", "b"):
            invoices.subscribe("ledger", SubscriberArgs(function=a_function(function)))

    with pytest.raises(ValueError, match="must have a name of its own, got two of 'ledger'"):
        record(program)
