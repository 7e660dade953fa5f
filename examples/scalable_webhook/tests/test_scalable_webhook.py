"""The program in the emulator: `python -m local test examples/scalable_webhook`."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from local.permitted import as_function, as_role
from local.testing import DeployChanged, Deployed, eventually, most_at_once, sized
from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers

CALLS, CLIENTS, INVOICES = sized(120, full=500), 16, 40
POISON, FORGED, REPEATED = sized(4, full=15), sized(6, full=25), sized(12, full=50)
MOST_IN_FLIGHT = 2
MOST_LATENCY_MS = 50


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One call, as the provider or somebody else makes it."""

    call_id: str
    invoice: str
    key: bytes
    signed_at: int

    @property
    def body(self) -> bytes:
        return json.dumps({"invoice": self.invoice, "cents": 100}).encode()

    @property
    def headers(self) -> dict[str, str]:
        return signature_headers([self.key], self.call_id, self.signed_at, self.body)


def the_key(program: Deployed) -> bytes:
    secrets = program.client("secretsmanager")
    [key] = parse_keys(secrets.get_secret_value(SecretId="payment-provider")["SecretString"])
    return key


def a_call(program: Deployed, invoice: str = "invoice-0", **changes: Any) -> Sent:
    call = Sent(
        call_id=f"msg_{uuid.uuid4().hex}",
        invoice=invoice,
        key=the_key(program),
        signed_at=int(time.time()),
    )
    return replace(call, **changes)


def make(program: Deployed, calls: Sequence[Sent]) -> list[int]:
    """Make the calls by 16 clients; the status of each answer."""
    url = program.outputs["providerUrl"]
    with httpx.Client(timeout=30) as client, ThreadPoolExecutor(CLIENTS) as clients:
        answers = clients.map(
            lambda call: client.post(url, content=call.body, headers=call.headers), calls
        )
        return [answer.status_code for answer in answers]


def api_latency_ms(program: Deployed) -> float:
    """How long the API took for an answer, on average, as it says itself: clients on the same few
    cores wait for each other besides."""
    now = datetime.now(UTC)
    [api] = program.client("apigatewayv2").get_apis()["Items"]
    found = program.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Latency",
        Dimensions=[{"Name": "ApiId", "Value": api["ApiId"]}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=3_600,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    assert sum(each["SampleCount"] for each in found) >= CALLS
    return float(sum(each["Sum"] for each in found) / sum(each["SampleCount"] for each in found))


def enter(program: Deployed, *names: str) -> None:
    for name in names:
        program.client("dynamodb").put_item(
            TableName=program.outputs["invoices"], Item={"invoice": {"S": name}}
        )


def paid(program: Deployed) -> Counter[str]:
    """By invoice, how many payments of 100 cents were booked."""
    pages = (
        program.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=program.outputs["invoices"], ConsistentRead=True)
    )
    rows = [row for page in pages for row in page["Items"] if "paid_cents" in row]
    return Counter({row["invoice"]["S"]: int(row["paid_cents"]["N"]) // 100 for row in rows})


def forged(program: Deployed) -> int:
    """How many calls were dropped, by the metric."""
    return sum(each.get("Forged", 0) for each in program.log_records("book-payment"))


def most_in_flight(program: Deployed) -> int:
    """How many bookings ran at the same time."""
    return most_at_once(
        (each["at"], -1 if each["message"] == "booking ended" else 1)
        for each in program.log_records("book-payment")
        if "at" in each
    )


def depth(program: Deployed) -> int:
    """Messages that wait or are worked on."""
    [queue] = program.operations["deadLetters"].values()
    attributes = program.client("sqs").get_queue_attributes(
        QueueUrl=queue["sourceQueueUrl"],
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )["Attributes"]
    return sum(map(int, attributes.values()))


def worked_off(program: Deployed, seconds: float = 60) -> None:
    eventually(lambda: depth(program) == 0, "an empty queue", seconds=seconds)


@pytest.fixture
def unprotected(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program without signatures, limit and memory: the negative control."""
    changes = {
        "__main__.py": [
            ('scheme="standard-webhooks", secret_arn=config.require("secretArn")', 'scheme="none"'),
            ("max_concurrency=2", "public=True, max_concurrency=8, batch_size=1"),
        ],
        "payments/book_payment.py": [
            ("    remember = {", '    call = {"S": str(time.time_ns())}\n    remember = {'),
            ('"call": {"S": call.event_id}, ', '"call": call, '),
        ],
    }
    with deploy_changed(changes) as running:
        yield running


def test_every_genuine_call_is_one_booking_and_no_forged_one_is_any(program: Deployed) -> None:
    names = [f"invoice-{number}" for number in range(INVOICES)]
    enter(program, *names)
    chooser = random.Random(17)  # noqa: S311 -- which invoice is paid
    plain = CALLS - POISON - FORGED - REPEATED
    good = [a_call(program, chooser.choice(names)) for _ in range(plain)]
    poison = [a_call(program, f"unknown-{number}") for number in range(POISON)]
    others = [
        a_call(program, chooser.choice(names), key=b"another-key-another-key-00" + bytes([n]))
        for n in range(FORGED)
    ]
    calls = [*good, *poison, *others, *chooser.sample(good, REPEATED)]
    chooser.shuffle(calls)

    answers = make(program, calls)

    assert set(answers) == {202}
    assert api_latency_ms(program) <= MOST_LATENCY_MS
    worked_off(program)
    assert paid(program) == Counter(call.invoice for call in good)
    dead = {dead_letter["invoice"] for dead_letter in program.dead_letters()}
    assert dead == {call.invoice for call in poison}
    assert len(program.dead_letters()) == POISON
    assert forged(program) == FORGED
    assert most_in_flight(program) == MOST_IN_FLIGHT


def test_without_signatures_limit_and_memory_the_same_calls_do_harm(unprotected: Deployed) -> None:
    enter(unprotected, "invoice-0", "invoice-1")
    genuine = a_call(unprotected, "invoice-0")
    strange = [a_call(unprotected, "invoice-1", key=b"another-key-another-key-0000")] * 30

    make(unprotected, [genuine, genuine, *strange])

    worked_off(unprotected)
    assert paid(unprotected) == {"invoice-0": 2, "invoice-1": 30}, "booked twice, and forged"
    assert most_in_flight(unprotected) > MOST_IN_FLIGHT


@pytest.mark.parametrize("seconds", [-301, 360])
def test_a_call_that_was_signed_at_another_time_is_dropped(program: Deployed, seconds: int) -> None:
    before, dropped = paid(program), forged(program)
    enter_if_new(program)

    make(program, [a_call(program, "late", signed_at=int(time.time()) + seconds)])

    eventually(lambda: forged(program) == dropped + 1, "the forged call")
    assert paid(program)["late"] == before["late"]


def enter_if_new(program: Deployed) -> None:
    if not paid(program)["late"]:
        enter(program, "late")


def test_a_dead_letter_that_is_sent_back_later_is_still_genuine(program: Deployed) -> None:
    call = a_call(program, "entered-late", signed_at=int(time.time()) - 290)
    make(program, [call])
    [queue] = program.operations["deadLetters"].values()
    sqs = program.client("sqs")

    def received() -> list[Any]:
        found = sqs.receive_message(
            QueueUrl=queue["queueUrl"], MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        return [each for each in found.get("Messages", []) if "entered-late" in each["Body"]]

    [dead] = eventually(received, "the dead letter")
    assert call.signed_at < int(dead["MessageAttributes"]["receivedAtMs"]["StringValue"]) / 1000
    enter(program, "entered-late")

    sqs.send_message(
        QueueUrl=queue["sourceQueueUrl"],
        MessageBody=dead["Body"],
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value["StringValue"]}
            for name, value in dead["MessageAttributes"].items()
        },
    )

    eventually(lambda: paid(program)["entered-late"] == 1, "the booking")


def test_a_header_cannot_say_who_has_called_or_when(program: Deployed) -> None:
    call = a_call(program, "invoice-0")
    inject = (
        'v1,x"},"source":{"DataType":"String","StringValue":"other"},'
        '"receivedAtMs":{"DataType":"String","StringValue":"1'
    )
    dropped = forged(program)

    program.http.post(
        program.outputs["providerUrl"],
        content=call.body,
        headers={**call.headers, "webhook-signature": inject},
    )

    # Known source and time: else it would be an error, and no forgery.
    eventually(lambda: forged(program) == dropped + 1, "the forged call")


def test_a_call_without_signature_is_dropped(program: Deployed) -> None:
    dropped = forged(program)

    response = program.http.post(program.outputs["providerUrl"], content=b"{}")

    assert response.status_code == httpx.codes.ACCEPTED
    eventually(lambda: forged(program) == dropped + 1, "the forged call")


def test_its_function_may_do_its_job_and_nothing_else(program: Deployed) -> None:
    client = as_function(program, "book-payment")
    [queue] = program.operations["deadLetters"].values()
    secrets = program.client("secretsmanager")
    other = secrets.create_secret(Name=f"other-{uuid.uuid4()}", SecretString="x")["ARN"]
    own = secrets.describe_secret(SecretId="payment-provider")["ARN"]

    client("secretsmanager").get_secret_value(SecretId=own)
    client("sqs").get_queue_attributes(QueueUrl=queue["sourceQueueUrl"])
    attempts: list[Callable[[], Any]] = [
        lambda: client("secretsmanager").get_secret_value(SecretId=other),
        lambda: client("sqs").send_message(QueueUrl=queue["sourceQueueUrl"], MessageBody="x"),
        lambda: client("sqs").purge_queue(QueueUrl=queue["queueUrl"]),
        lambda: client("dynamodb").scan(TableName=program.outputs["invoices"]),
        lambda: client("dynamodb").get_item(
            TableName=program.outputs["bookings"], Key={"call": {"S": "x"}}
        ),
    ]
    for attempt in attempts:
        with pytest.raises(client("sqs").exceptions.ClientError, match="AccessDenied"):
            attempt()


def test_the_api_may_send_to_its_queue_and_nothing_else(program: Deployed) -> None:
    [role] = [
        role["Arn"]
        for role in program.client("iam").list_roles()["Roles"]
        if "payments-api-to-payments" in role["RoleName"]
    ]
    client = as_role(program, role)
    [queue] = program.operations["deadLetters"].values()

    attempts: list[Callable[[], Any]] = [
        lambda: client("sqs").send_message(QueueUrl=queue["queueUrl"], MessageBody="x"),
        lambda: client("sqs").receive_message(QueueUrl=queue["sourceQueueUrl"]),
        lambda: client("dynamodb").scan(TableName=program.outputs["invoices"]),
    ]
    for attempt in attempts:
        with pytest.raises(client("sqs").exceptions.ClientError, match="AccessDenied"):
            attempt()
