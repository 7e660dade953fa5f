"""One unit of work of each pattern: which function of which program, and the event.

The handoff and the functions of the task service are `subjects`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.patterns import NOW, Unit
from benchmarks.stub import API_KEY, WEBHOOK_SECRET
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers
from serverless_runtime.webhook_in.settings import (
    HEADERS,
    HEADERS_ATTRIBUTE,
    RECEIVED_ATTRIBUTE,
    REQUEST_ATTRIBUTE,
    SEPARATOR,
    SOURCE_ATTRIBUTE,
)


def _from_queue(body: object, *, queue: str, **attributes: str) -> dict[str, Any]:
    """What Lambda calls a consumer with: one message, with these message attributes."""
    fifo = {"MessageGroupId": "g", "SequenceNumber": "1", "MessageDeduplicationId": "d"}
    record = {
        "messageId": "m",
        "receiptHandle": "h",
        "body": json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(NOW * 1000),
            **(fifo if queue.endswith(".fifo") else {}),
        },
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String"} for name, value in attributes.items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
    }
    return {"Records": [record]}


def _from_api(method: str, path: str, body: object = None, **more: object) -> dict[str, Any]:
    """What an HTTP API calls a function with."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "headers": {"content-type": "application/json", "user-agent": "benchmark"},
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "Jx0="},
        "isBase64Encoded": False,
        **({} if body is None else {"body": json.dumps(body)}),
        **more,
    }


def _signed_request(method: str, path: str, body: object) -> dict[str, Any]:
    """What it calls a function with if the route asks for IAM's signature."""
    request = _from_api(method, path, body)
    signer = {"iam": {"userArn": "arn:aws:sts::123456789012:assumed-role/supplier/session"}}
    request["requestContext"]["authorizer"] = signer
    return request


def _signed_call() -> dict[str, Any]:
    payment = {"invoice": "INV-1", "cents": 100}
    body = json.dumps(payment).encode()
    signed = signature_headers(parse_keys(WEBHOOK_SECRET), "msg_1", NOW, body)
    headers = SEPARATOR.join(signed[name] for name in HEADERS["standard-webhooks"])
    attributes = {
        HEADERS_ATTRIBUTE: headers,
        SOURCE_ATTRIBUTE: "provider",
        RECEIVED_ATTRIBUTE: str(NOW * 1000),
        REQUEST_ATTRIBUTE: "Jx0=",
    }
    return _from_queue(payment, queue="payments", **attributes)


def _task_event() -> dict[str, Any]:
    at = "2026-03-01T09:30:00.000Z"
    task = Task(task_id="t", title="Buy milk", created_at=at, updated_at=at)
    return TaskEvent.about(task, "task.created.v1", time=at, correlation_id="c").to_payload()


_DONE: Mapping[str, Any] = {"batchItemFailures": []}
_INVOICE = {"invoiceId": "INV-1", "total": 100, "region": "eu-west-1"}
_FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ship-order"
_TOPIC = "arn:aws:sns:eu-west-1:123456789012:invoices"
_TITLE = {"pathParameters": {"title": "Emma"}}
_SALE = {"saleId": "s", "shop": "one", "title": "Emma", "copies": 1}
_BOOKING = {"account": "a", "number": 1, "amount": 100}

UNITS = [
    Unit(
        "web-service",
        "a loan",
        "loans-lend-book",
        ("dynamodb",),
        _from_api("POST", "/loans", {"bookId": "b-1", "readerId": "r-1"}),
        {"statusCode": 201},
    ),
    Unit(
        "notifier",
        "an event published",
        "issue-invoices",
        ("dynamodb", "sns"),
        {"invoices": [_INVOICE]},
        {"published": 1},
        {"HANDOFF_BILLING_TARGET_ARN": _TOPIC},
    ),
    Unit(
        "frugal-consumer",
        "a message",
        "book-sale",
        ("dynamodb",),
        _from_queue(_SALE, queue="sales"),
        _DONE,
    ),
    Unit(
        "fifo-consumer",
        "a message",
        "bookings-worker",
        ("dynamodb", "sqs"),
        _from_queue(_BOOKING, queue="bookings.fifo"),
        _DONE,
    ),
    Unit(
        "scalable-webhook",
        "a call that is genuine",
        "book-payment",
        ("dynamodb", "secretsmanager"),
        _signed_call(),
        _DONE,
    ),
    Unit(
        "circuit-breaker",
        "a guarded call",
        "quote",
        ("dynamodb",),
        _from_api("GET", "/quotes", queryStringParameters={"country": "GB", "grams": "1200"}),
        {"statusCode": 200, "body": '{"cents": 900, "by": "carrier"}'},
        {"CARRIER_URL": "$stub"},
    ),
    Unit(
        "internal-api",
        "a call",
        "show-offer",
        ("lambda",),
        _from_api("GET", "/offers/Emma", **_TITLE),
        {"statusCode": 200, "body": '{"cents": 900}'},
    ),
    Unit(
        "aggregator",
        "an answer of three branches",
        "page",
        ("lambda", "dynamodb"),
        _from_api("GET", "/books/Emma", **_TITLE),
        {"statusCode": 200},
    ),
    Unit(
        "gatekeeper",
        "a decision that is not cached",
        "partners-authorizer",
        ("dynamodb",),
        {"identitySource": [f"Bearer {API_KEY.text('library')}"], "routeKey": "GET /loans"},
        {"isAuthorized": True},
    ),
    Unit(
        "strangler",
        "a request in shadow",
        "front-router",
        ("ssm", "lambda"),
        _from_api("GET", "/products"),
        {"statusCode": 200},
        {"STRANGLER_LEGACY_URL": "$stub"},
    ),
    Unit(
        "robust-api",
        "an order handed off",
        "front-POST-orders",
        ("dynamodb", "lambda"),
        _from_api("POST", "/orders", {"productId": "p-1", "copies": 1}),
        {"statusCode": 202},
        {"HANDOFF_SHIPPING_TARGET_ARN": _FUNCTION},
    ),
    Unit(
        "robust-api-bus",
        "an event put on a bus",
        "front-POST-restocks",
        ("events",),
        _signed_request("POST", "/restocks", {"productId": "p-1", "copies": 1}),
        {"statusCode": 202},
        folder="examples/robust_api",
    ),
    Unit(
        "notification-service",
        "an event, by email",
        "notifications-send-notification",
        ("dynamodb", "sesv2"),
        _task_event(),
        {},
        folder=".",
    ),
]
