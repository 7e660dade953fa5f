"""The billing example: who may do what, as a whole, so that a new permission is seen in review."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.program.programs import ROOT, deploy

OUTBOX = "arn:billing-outbox"
PUBLISH = ("sns:Publish", "arn:invoices")


def consume(queue: str) -> set[tuple[str, str]]:
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
    return {(f"sqs:{action}", f"arn:{queue}") for action in actions}


EXPECTED = {
    "issue-invoices": {
        PUBLISH,
        ("dynamodb:PutItem", "arn:issued-invoices"),
        ("dynamodb:UpdateItem", "arn:issued-invoices"),
        ("dynamodb:PutItem", OUTBOX),
        ("dynamodb:DeleteItem", OUTBOX),
    },
    "billing-relay": {
        PUBLISH,
        ("dynamodb:Query", OUTBOX),
        ("dynamodb:UpdateItem", OUTBOX),
        ("dynamodb:BatchWriteItem", OUTBOX),
        ("lambda:InvokeFunction", "arn:billing-relay"),
    },
    "ledger": {("dynamodb:PutItem", "arn:entries"), *consume("invoices-ledger")},
    "vat": {("dynamodb:PutItem", "arn:entries"), *consume("invoices-vat")},
    "credit": {
        ("dynamodb:PutItem", "arn:entries"),
        ("dynamodb:GetItem", "arn:partners"),
        *consume("invoices-credit"),
    },
}


@pytest.fixture(scope="module")
def billing() -> Graph:
    return deploy(ROOT / "examples" / "notifier")


def test_every_function_may_do_what_its_work_needs_and_nothing_else(billing: Graph) -> None:
    roles = {f"{each.name}-role-1a2b3c4": each.name for each in billing.of_type(FUNCTION)}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in billing.of_type(ROLE_POLICY):
        function = roles.get(each.inputs["role"])
        for statement in json.loads(each.inputs["policy"])["Statement"] if function else ():
            found[str(function)] |= {
                (action, resource)
                for action in statement["Action"]
                for resource in statement["Resource"]
                if not action.startswith(("logs:", "xray:"))
            }

    assert found == EXPECTED
