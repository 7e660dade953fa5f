"""The task service publishes through whatever its component was given, not only a handoff."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from pulumi_serverless import (
    ApiAccess,
    Foundation,
    FunctionCode,
    NoAuth,
    PythonFunction,
    TaskService,
    TaskServiceArgs,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.shared import aws
from serverless_runtime.task_service.handlers.task_writer import task_writer
from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda

READERS = {"tasks-get-task", "tasks-list-tasks", "tasks-no-route"}
WRITERS = {"tasks-create-task", "tasks-update-task", "tasks-delete-task"}
PACKAGE = "tests.lambdas.task_service.journal"


class JournalTable:
    """Implements the components' `EventPublisher`."""

    environment: ClassVar = {"JOURNAL_TABLE_NAME": "journal"}
    runtime_class = f"{PACKAGE}.Journal"
    code = FunctionCode(packages=(PACKAGE, "serverless_runtime.shared"))

    def allow_caller(self, caller: PythonFunction) -> None:
        caller.allow("keep-journal", actions=["dynamodb:PutItem"], resources=["arn:journal"])


@pytest.fixture(scope="module")
def graph() -> Graph:
    def program() -> None:
        foundation = Foundation(alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms")
        access = ApiAccess(auth=NoAuth())
        TaskService(
            "tasks", TaskServiceArgs(foundation=foundation, events=JournalTable(), access=access)
        )

    return record(program)


@pytest.fixture
def deployed(
    graph: Graph, recorded_lambda: RecordedLambda, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The environment of the deployed function, but for its tables."""
    for name in ("HANDOFF_TASKS_TARGET_ARN", "HANDOFF_TASKS_OUTBOX_TABLE_NAME"):
        monkeypatch.delenv(name)
    variables = graph.named("tasks-create-task", FUNCTION).inputs["environment"]["variables"]
    for name in variables.keys() - {"TABLE_NAME"}:
        monkeypatch.setenv(name, variables[name])
    aws.boto3_client("dynamodb").create_table(
        TableName="journal",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    task_writer.cache_clear()
    yield
    task_writer.cache_clear()


def test_an_event_goes_where_the_given_publisher_puts_it(
    deployed: None, recorded_lambda: RecordedLambda
) -> None:
    created = request("POST", "/tasks", {"title": "Buy milk"})

    assert created.status == 201
    [row] = aws.boto3_client("dynamodb").scan(TableName="journal")["Items"]
    payload = json.loads(row["payload"]["B"])
    assert (payload["type"], payload["data"]) == ("task.created.v1", created.json)
    assert recorded_lambda.payloads == []


def test_only_functions_that_write_know_the_publisher_and_may_use_it(graph: Graph) -> None:
    environments = {
        function.name: function.inputs["environment"]["variables"]
        for function in graph.of_type(FUNCTION)
    }
    policies = {each.name for each in graph.of_type(ROLE_POLICY)}

    assert environments.keys() == READERS | WRITERS
    for name, variables in environments.items():
        writes = name in WRITERS
        assert ("EVENT_PUBLISHER" in variables) == ("JOURNAL_TABLE_NAME" in variables) == writes
        assert (f"{name}-may-keep-journal" in policies) == writes


def test_the_publishers_code_is_in_the_bundle(graph: Graph) -> None:
    code = graph.named("tasks-create-task", FUNCTION).inputs["code"]

    with zipfile.ZipFile(Path(code.path)) as bundle:
        names = bundle.namelist()
    assert "tests/lambdas/task_service/journal/__init__.py" in names
    assert "serverless_runtime/task_service/handlers/create_task.py" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", ["Journal", "no.such.module", f"{PACKAGE}.NoSuchClass", ""])
def test_a_publisher_that_cannot_be_imported_is_named(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENT_PUBLISHER", path)
    task_writer.cache_clear()

    with pytest.raises(Exception, match="EVENT_PUBLISHER"):
        task_writer()
