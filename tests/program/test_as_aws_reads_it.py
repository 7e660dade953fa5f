"""Every resource of every program, read as AWS would read it: by the models of the services."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, Graph, Resource
from tests.program.programs import PROGRAMS, ROOT, STACKS, deploy, project_of, run_in, run_stack
from tests.program.service_models import CREATED_BY, policies, policy_refusals, refusals

GRAPHS = [*(f"stack {each}" for each in STACKS), *(project_of(each) for each in PROGRAMS[1:])]


@pytest.fixture(scope="module", params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    kind, _, stack = request.param.partition(" ")
    if kind == "stack":
        return run_stack(stack)
    return deploy(next(each for each in PROGRAMS if project_of(each) == request.param))


def test_no_service_refuses_what_a_program_declares(graph: Graph) -> None:
    made = [each for each in graph.all if each.type.startswith("aws:")]
    assert {each.type for each in made} <= set(CREATED_BY), "add it to service_models.CREATED_BY"

    assert [refusal for each in made for refusal in refusals(each)] == []


def test_every_policy_document_is_one(graph: Graph) -> None:
    documents = [
        (f"{each.name}.{name}", document) for each in graph.all for name, document in policies(each)
    ]
    assert documents
    assert [
        f"{name}: {refusal}"
        for name, document in documents
        for refusal in policy_refusals(document)
    ] == []


CHINA, GOVERNMENT = ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")


@pytest.mark.parametrize(
    ("program", "partition", "region"),
    # In China, the domain of the services is another, too.
    [*((each, *CHINA) for each in PROGRAMS), (ROOT, *GOVERNMENT)],
    ids=lambda each: project_of(each) if isinstance(each, Path) else each,
)
def test_no_partition_is_written_into_a_program(program: Path, partition: str, region: str) -> None:
    # What the stack's file names lies in the account that is deployed to.
    config = {
        key.partition(":")[2]: value.replace("arn:aws:", f"arn:{partition}:")
        for key, value in read_project(program).config("dev").items()
        if value.startswith("arn:aws:")
    }
    if program == ROOT:
        channels = [{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}]
        config |= {"encryption": "customer", "channels": json.dumps(channels)}
    graph = run_in(program, AwsMocks(region=region, partition=partition), **config)

    for each in graph.all:
        text = json.dumps(each.inputs, default=str)
        assert "arn:aws:" not in text, each.name
        assert "eu-west-1" not in text.replace(":eu-west-1:123456789012:", ""), each.name


TABLE = "aws:dynamodb/table:Table"
QUEUE = "aws:sqs/queue:Queue"


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        ("aws:lambda/function:Function", {"timeout": 0}),
        ("aws:lambda/function:Function", {"memorySize": 64}),
        ("aws:lambda/function:Function", {"architectures": ["sparc"]}),
        ("aws:lambda/function:Function", {"runtime": "python2.8"}),
        ("aws:lambda/function:Function", {"handler": "a handler"}),
        ("aws:lambda/function:Function", {"tracingConfig": {"mode": "On"}}),
        ("aws:lambda/function:Function", {"loggingConfig": {"logFormat": "XML"}}),
        (TABLE, {"billingMode": "FREE"}),
        (TABLE, {"attributes": [{"name": "a", "type": "Q"}]}),
        (QUEUE, {"messageRetentionSeconds": 1_209_601}),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"comparisonOperator": "Above"}),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", {"statistic": "Most"}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "a group"}),
        ("aws:scheduler/schedule:Schedule", {"name": "a schedule"}),
        ("aws:kms/key:Key", {"deletionWindowInDays": 31}),
        ("aws:apigatewayv2/integration:Integration", {"integrationType": "LAMBDA"}),
        ("aws:lambda/permission:Permission", {"statementId": "a statement"}),
    ],
)
def test_a_wrong_input_is_seen(prod: Graph, type_: str, changed: dict[str, Any]) -> None:
    resource: Resource = prod.of_type(type_)[0]
    wrong = dataclasses.replace(resource, inputs={**resource.inputs, **changed})

    assert len(list(refusals(wrong))) > len(list(refusals(resource))) == 0


GOOD = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:q"]}


CHANGES: list[dict[str, Any]] = [
    {"Effect": "allow"},
    {"Action": ["sqs:SendMesage"]},
    {"Action": ["sqss:SendMessage"]},
    {"Action": "SendMessage"},
    {"Resource": ["queue"]},
    {"Principal": {"Service": "sqs"}},
    {"Sid": "a-b"},
    {"Condition": {"StrEquals": {}}},
    {"Condition": {"ForEachValue:StringEquals": {"dynamodb:LeadingKeys": ["a"]}}},
    {"Condition": {"ForAllValues:StringEquals": {"aws:SourceAccount": ["1"]}}},
    {"Resources": ["*"]},
]


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-18", "Statement": [GOOD]},
        {"Statement": [GOOD]},
        {"Version": "2012-10-17", "Statements": [], "Statement": [GOOD]},
        *({"Version": "2012-10-17", "Statement": [{**GOOD, **changed}]} for changed in CHANGES),
    ],
)
def test_a_wrong_policy_is_seen(document: Any) -> None:
    assert list(policy_refusals(document))
