"""Roles of AWS services: who may act as them, and what they may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs
from pulumi_serverless.testing import record
from pulumi_serverless.testing.mocks import ROLE_POLICY

ROLE = "aws:iam/role:Role"


def trust_of(service: str) -> dict[str, Any]:
    graph = record(lambda: ServiceRole("mail", ServiceRoleArgs(service=service)))
    [statement] = json.loads(graph.only(ROLE).inputs["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = statement
    return found


def test_a_scheduler_may_act_for_this_account_only() -> None:
    trust = trust_of("scheduler")

    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_api_gateway_which_does_not_name_the_account_may_act() -> None:
    trust = trust_of("apigateway")

    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert "Condition" not in trust


def test_a_role_may_do_what_it_is_allowed_and_nothing_else() -> None:
    def program() -> None:
        role = ServiceRole("mail", ServiceRoleArgs(service="scheduler"))
        role.allow("send", actions=["sqs:SendMessage"], resources=["arn:queue"])

    policy = json.loads(record(program).named("mail-may-send", ROLE_POLICY).inputs["policy"])

    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:queue"]}
    ]


def test_a_second_permission_with_the_same_purpose_is_refused() -> None:
    def program() -> None:
        role = ServiceRole("mail", ServiceRoleArgs(service="scheduler"))
        for queue in ("arn:first", "arn:second"):
            role.allow("send", actions=["sqs:SendMessage"], resources=[queue])

    message = "each permission of mail must have a purpose of its own, got 'send' twice; give it"
    with pytest.raises(ValueError, match=message):
        record(program)


def test_a_service_that_is_not_known_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match="service must be one of apigateway, scheduler, got 's3'"):
        ServiceRoleArgs(service="s3")
