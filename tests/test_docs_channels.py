"""The examples of docs/channels.md work: they are loaded, installed and run."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from moto import mock_aws
from standardwebhooks.webhooks import WebhookVerificationError

from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.notification_service.circuit_breaker_channel import (
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.notification_service.configured_channels import channels_from
from serverless_runtime.notification_service.delivery.every_channel import notify_channels
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.kinds import CLASSES, KINDS
from serverless_runtime.once.leases import Leases
from serverless_runtime.shared import aws
from serverless_runtime.shared.standard_webhooks import (
    parse_keys,
    signature_headers,
)
from tests.lambdas.notification_service.fakes import RecordingDeadLetters
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES, create_tables
from tests.lambdas.wire import Moto
from tests.program.programs import ROOT, notifications, run_part, run_stack

PAGE = (ROOT / "docs/channels.md").read_text()
SERVICE = "lambdas/serverless_runtime/notification_service"
OF_ALL_KINDS = {field.name for field in fields(ChannelSettings)}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


ENTRIES: dict[str, dict[str, Any]] = {
    entry["kind"]: entry for block in _blocks("yaml") for entry in yaml.safe_load(block)
}
CODE = dict(block.removeprefix("# ").split("\n", 1) for block in _blocks("python"))
"""Each block of Python by the comment that it begins with, mostly a path."""


def _yaml_name(field: str) -> str:
    head, *rest = field.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _channels(stack: Graph) -> str:
    function = stack.named("notifications-send-notification", FUNCTION)
    return str(function.inputs["environment"]["variables"]["CHANNELS"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_loads_and_shows_every_setting(kind: str) -> None:
    own = {field.name for field in fields(KINDS[kind])} - OF_ALL_KINDS
    assert {_yaml_name(name) for name in own} <= set(ENTRIES[kind])

    stack = run_part(notifications, channels=json.dumps([ENTRIES[kind]]))

    assert stack.named("notifications-send-notification", FUNCTION)


def test_the_first_table_lists_the_kinds_there_are() -> None:
    table = PAGE.split("| kind |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(KINDS)


def test_the_settings_of_all_kinds_are_listed() -> None:
    table = PAGE.split("| setting |")[1].split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert {"kind", *listed} == OF_ALL_KINDS


def test_the_receiver_of_the_page_accepts_ours_and_nothing_else() -> None:
    receiver: dict[str, Any] = {}
    exec(CODE["a receiver"], receiver)  # noqa: S102 -- our own page
    old, new = "whsec_" + "b2xk" * 8, "whsec_" + "bmV3" * 8
    event = an_event()
    headers = signature_headers(
        parse_keys(f"{new} {old}"), event.event_id, int(time.time()), event.to_wire()
    )

    for secret in (old, new):
        assert receiver["accept"](event.to_wire(), headers, secret) == event.to_payload()

    with pytest.raises(WebhookVerificationError):
        receiver["accept"](event.to_wire().replace(b"Buy", b"Sell"), headers, new)


def _install(path: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a block of the page as if it were the file that its first line names."""
    name = path.removeprefix("lambdas/").removesuffix(".py").replace("/", ".")
    file = folder / f"{name}.py"
    file.write_text(CODE[path])
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def queue_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind of the page, installed while a test runs."""
    assert "queue" not in KINDS
    table_line = CODE[f"{SERVICE}/settings/kinds.py"]
    _install(f"{SERVICE}/settings/queue.py", tmp_path, monkeypatch)
    _install(f"{SERVICE}/channels/queue.py", tmp_path, monkeypatch)
    for kind, class_name in ast.literal_eval(f"{{{table_line.strip()}}}").items():
        monkeypatch.setitem(CLASSES, kind, class_name)
    # It reads the table when it is imported; the program's run forgets it again.
    for module in ("stack_config", "stack_file"):
        monkeypatch.delitem(sys.modules, module, raising=False)


@pytest.fixture
def aws_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ):
        monkeypatch.setenv(name, value)
    for service in ("dynamodb", "sqs"):
        monkeypatch.setattr(aws.client(service), "transport", Moto())
    with mock_aws():
        create_tables(aws.boto3_client("dynamodb"))
        yield


@pytest.mark.usefixtures("queue_kind", "aws_in_memory")
def test_the_kind_of_the_page_works_from_the_stacks_file_to_the_message() -> None:
    stack = run_stack("dev", channels=json.dumps([ENTRIES["queue"]]))

    policy = stack.named("notifications-send-notification-may-send-for-queue", ROLE_POLICY)
    [statement] = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Resource"] == [ENTRIES["queue"]["queueArn"]]

    sqs = aws.boto3_client("sqs")
    queue_url = sqs.create_queue(QueueName="task-events")["QueueUrl"]
    channels = with_circuit_breakers(
        channels_from(_channels(stack)), circuit_breaker_rows(DELIVERIES)
    )
    event, dead_letters = an_event(), RecordingDeadLetters()
    for _ in range(2):
        notify_channels(event, Leases(DELIVERIES), channels, dead_letters)

    [message] = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    assert json.loads(message["Body"]) == event.to_payload()
    assert "Messages" not in sqs.receive_message(QueueUrl=queue_url)


@pytest.mark.usefixtures("queue_kind")
def test_a_wrong_entry_of_the_pages_kind_is_named_like_any_other() -> None:
    entry = {**ENTRIES["queue"], "queueArn": "tasks"}

    with pytest.raises(Exception, match=r"channels\[0\]\.queueArn must look like arn:"):
        run_stack("dev", channels=json.dumps([entry]))


@pytest.mark.usefixtures("queue_kind", "aws_in_memory")
def test_a_queue_that_is_not_there_is_a_failure_that_names_it() -> None:
    stack = run_stack("dev", channels=json.dumps([ENTRIES["queue"]]))

    [channel] = channels_from(_channels(stack))

    with pytest.raises(
        Exception, match=r"SQS rejected the message: .*(NonExistentQueue|QueueDoesNotExist)"
    ):
        channel.send(an_event())
