"""Invoices, who wants which of them, and what the departments have done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from local.emulator.start import EmulatorError
from local.testing import Deployed

DEPARTMENTS = ("ledger", "vat", "credit")
REGIONS = ("eu-west", "eu-north", "us", "asia")
_PUBLISHERS = 4
_AT_ONCE = 25
_ATTEMPTS = 5

Invoice = dict[str, Any]


def some_invoices(run: str, first: int, count: int) -> list[Invoice]:
    """Return issued and paid invoices; every fourth one is a payment."""
    return [
        {
            "invoiceId": f"{run}-{number - (number % 4 == 3)}",
            "region": REGIONS[number // 4 % len(REGIONS)],
            "total": 100 * (number % 21),
            **({"paid": True} if number % 4 == 3 else {}),
        }
        for number in range(first, first + count)
    ]


def wanted_by(department: str, invoices: list[Invoice]) -> set[str]:
    """Return the ids of the events that the department is to get."""
    return {
        f"{each['invoiceId']}/{'paid' if each.get('paid') else 'issued'}"
        for each in invoices
        if department == "ledger"
        or (
            not each.get("paid")
            and (
                each["region"].startswith("eu-") if department == "vat" else each["total"] >= 1_000
            )
        )
    }


def issue(program: Deployed, invoices: list[Invoice]) -> dict[str, int]:
    """Let four callers issue them, some at a time; return how many are committed, published."""
    parts = [invoices[first : first + _AT_ONCE] for first in range(0, len(invoices), _AT_ONCE)]
    with ThreadPoolExecutor(_PUBLISHERS) as callers:
        done = list(callers.map(lambda part: _issue(program, part), parts))
    return {key: sum(each[key] for each in done) for key in ("committed", "published")}


def _issue(program: Deployed, part: list[Invoice]) -> dict[str, int]:
    """A caller that gets an error repeats its request: an event that is published twice is one."""
    for _ in range(_ATTEMPTS):
        try:
            return dict(program.invoke("issue-invoices", {"invoices": part}))
        except EmulatorError:
            continue
    raise EmulatorError(f"issue-invoices failed {_ATTEMPTS} times")


def entered(program: Deployed, department: str, run: str) -> set[str]:
    """Return the ids of the run's events that the department has entered."""
    pages = _entries(program, department, run, Select="ALL_ATTRIBUTES")
    return {item["event_id"]["S"] for page in pages for item in page["Items"]}


def how_many_entered(program: Deployed, department: str, run: str) -> int:
    """Return how many those are, which is asked often and costs the emulator less."""
    return sum(page["Count"] for page in _entries(program, department, run, Select="COUNT"))


def _entries(program: Deployed, department: str, run: str, **select: str) -> Iterator[Any]:
    pages = (
        program.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=program.outputs["entries"],
            KeyConditionExpression="department = :d AND begins_with(event_id, :run)",
            ExpressionAttributeValues={":d": {"S": department}, ":run": {"S": f"{run}-"}},
            **select,
        )
    )
    return iter(pages)


def dead(program: Deployed, department: str) -> set[str]:
    """Return the ids of the events among the department's dead letters."""
    return {letter["id"] for letter in program.dead_letters(f"invoices-{department}")}


def times_entered(program: Deployed, department: str, run: str) -> list[str]:
    """Return the id of each of the run's events, as often as the department has entered it."""
    return [
        each["event_id"]
        for each in program.log_records(department)
        if each.get("message") == "entered" and each["event_id"].startswith(f"{run}-")
    ]


def let_the_bureau_fail(program: Deployed, percent: int) -> None:
    program.client("dynamodb").put_item(
        TableName=program.outputs["partners"],
        Item={"partner": {"S": "credit-bureau"}, "failing_percent": {"N": str(percent)}},
    )


@contextmanager
def queue_closed(program: Deployed, department: str) -> Iterator[None]:
    """Take away what lets the topic send to the department's queue, while the block runs."""
    sqs = program.client("sqs")
    url = program.operations["deadLetters"][f"invoices-{department}"]["sourceQueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    policy = found["Attributes"]["Policy"]
    kept = {**json.loads(policy)}
    kept["Statement"] = [each for each in kept["Statement"] if each["Effect"] == "Deny"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(kept)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


@contextmanager
def without_redrive(program: Deployed, department: str) -> Iterator[None]:
    """Take away the subscription's dead-letter queue, while the block runs."""
    sns = program.client("sns")
    pages = sns.get_paginator("list_subscriptions").paginate()
    [arn] = [
        each["SubscriptionArn"]
        for page in pages
        for each in page["Subscriptions"]
        if f"invoices-{department}-" in each["Endpoint"]
    ]
    redrive = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["RedrivePolicy"]
    name = {"SubscriptionArn": arn, "AttributeName": "RedrivePolicy"}
    sns.set_subscription_attributes(**name, AttributeValue="{}")
    try:
        yield
    finally:
        sns.set_subscription_attributes(**name, AttributeValue=redrive)


@contextmanager
def publishing_denied(program: Deployed) -> Iterator[None]:
    """Take away what lets the publishing function publish, while the block runs."""
    iam, functions = program.client("iam"), program.client("lambda")
    name = program.function_names()["issue-invoices"]
    role = functions.get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    [policy] = [
        each
        for each in iam.list_role_policies(RoleName=role)["PolicyNames"]
        if "may-publish-to-invoices" in each
    ]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def outbox(program: Deployed) -> list[dict[str, Any]]:
    table = program.operations["outboxes"]["billing"]["tableName"]
    return list(program.client("dynamodb").scan(TableName=table)["Items"])


def age_outbox(program: Deployed, seconds: int) -> None:
    """Let its events be so much older: the relay leaves young ones to whoever committed them."""
    table = program.operations["outboxes"]["billing"]["tableName"]
    dynamodb = program.client("dynamodb")
    for row in outbox(program):
        dynamodb.delete_item(
            TableName=table, Key={name: row[name] for name in ("shard", "committed")}
        )
        milliseconds, _, event_id = row["committed"]["S"].partition("#")
        row["committed"]["S"] = f"{int(milliseconds) - seconds * 1000:015d}#{event_id}"
        dynamodb.put_item(TableName=table, Item=row)


def publish_the_rest(program: Deployed) -> None:
    """Let the relay publish what its callers could not: on a slow machine, SNS may be slow, too."""
    while outbox(program):
        age_outbox(program, 600)
        program.invoke("billing-relay", {})
