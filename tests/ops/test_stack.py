"""How a stack is reached, and which of its parts is meant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from serverless_ops.aws.clients import Connection, Keys
from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.local_stacks import LocalStack, find_local_folder, running_stacks
from serverless_ops.stack import Stack, choose, connection, find_stack, region_of_arn, require_one
from serverless_ops.stack_outputs import StackChoice
from serverless_ops.typed_command import keep_typed
from tests.ops.fakes import ended, no_pulumi

KEYS = {"accessKey": "key", "secretKey": "secret"}
HERE = "http://127.0.0.1:4567"


def _up(folder: Path, port: int, outputs: Any = None, keys: Any = KEYS) -> None:
    directory = folder / f"up-{port}"
    directory.mkdir()
    if outputs is not None:
        (directory / "outputs.json").write_text(json.dumps(outputs))
    if keys is not None:
        (directory / "credentials.json").write_text(json.dumps(keys))


def _context(folder: Path = Path("/nonexistent"), run: Any = no_pulumi) -> Context:
    return Context(client=lambda *_: None, run=run, local_folder=folder)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"stack": "dev"}, Connection()),
        (
            {"stack": "dev", "region": "r", "profile": "p"},
            Connection(region="r", profile="p"),
        ),
        ({"endpoint_url": "http://x"}, Connection(endpoint_url="http://x")),
        (
            {"stack": "local", "profile": "p"},
            Connection(region="us-east-1", endpoint_url="http://127.0.0.1:4566", local=True),
        ),
        (
            {"stack": "local", "endpoint_url": HERE, "region": "r"},
            Connection(region="r", endpoint_url=HERE, local=True, keys=Keys("key", "secret")),
        ),
        (
            {"outputs": "-", "endpoint_url": HERE, "profile": "p"},
            Connection(
                region="us-east-1", endpoint_url=HERE, local=True, keys=Keys("key", "secret")
            ),
        ),
        (
            {"outputs": "-", "endpoint_url": "http://localhost:4567/"},
            Connection(
                region="us-east-1",
                endpoint_url="http://localhost:4567/",
                local=True,
                keys=Keys("key", "secret"),
            ),
        ),
    ],
)
def test_what_runs_on_this_machine_has_its_own_region_and_keys(
    tmp_path: Path, choice: dict[str, Any], expected: Connection
) -> None:
    _up(tmp_path, 4567)

    assert connection(_context(tmp_path), StackChoice(**choice)) == expected


@pytest.mark.parametrize(
    ("arn", "region"),
    [
        ("arn:aws:sns:eu-west-1:123456789012:alarms", "eu-west-1"),
        ("arn:aws:iam::123456789012:role/x", None),
        ("a:b:c:d", None),
        ("notify", None),
        ("arn:aws:lambda", None),
        ("arn:", None),
        ("", None),
    ],
)
def test_a_region_is_taken_from_an_arn_only(arn: str, region: str | None) -> None:
    assert region_of_arn(arn) == region


def test_one_of_several_is_chosen_by_its_name_or_all_of_them() -> None:
    entries = {"b": 2, "a": 1}

    assert choose(entries, None, "--x", "thing") == entries
    assert choose(entries, "b", "--x", "thing") == {"b": 2}
    with pytest.raises(click.UsageError) as raised:
        choose(entries, "c", "--x", "thing")
    assert str(raised.value) == "there is no thing 'c'; --x is one of a, b"
    with pytest.raises(click.UsageError, match=r"--x is one of none$"):
        choose({}, "c", "--x", "thing")


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"], ["a", "b c", "d"]])
def test_of_several_the_lines_to_type_are_offered(names: list[str]) -> None:
    with click.Context(click.Command("ops"), info_name="ops") as context:
        keep_typed(context, ["relay", "--apply"])
        if len(names) < 2:
            require_one(names, "--x", "things")
            return
        with pytest.raises(click.UsageError) as raised:
            require_one(names, "--x", "things")

    quoted = [f"'{name}'" if " " in name else name for name in names]
    assert str(raised.value).splitlines() == [
        f"the stack has {len(names)} things; choose one:",
        *(f"  ops relay --apply --x {name}" for name in quoted),
    ]


def _found(operations: Any, **choice: str) -> Stack:
    outputs = json.dumps({"operations": operations})
    context = _context(run=lambda _: ended(0, outputs))
    return find_stack(context, StackChoice(**{"stack": "dev", **choice}))


def test_the_region_is_that_of_the_alarm_topic_unless_another_is_given() -> None:
    topic = {"alarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms"}

    assert _found(topic).connection == Connection(region="eu-west-1")
    assert _found(topic, region="eu-north-1").connection.region == "eu-north-1"
    assert _found({}).connection.region is None
    found = _found({}, profile="ops", endpoint_url="http://x")
    assert found.connection == Connection(profile="ops", endpoint_url="http://x")
    assert (found.name, found.source) == ("dev", "pulumi stack output --stack dev")


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        (
            {"b": 1, "a": 2},
            "stack dev has no output operations, it has a, b; add "
            'pulumi.export("operations", Operations(...).outputs) and deploy, then try again',
        ),
        (
            {},
            "stack dev has no output operations, it has none; add "
            'pulumi.export("operations", Operations(...).outputs) and deploy, then try again',
        ),
        (
            {"operations": '{"functions": {}}'},
            'the output operations of stack dev must be an object, got "{\\"functions\\": {}}"; '
            "export Operations(...).outputs itself, not its text and not as a secret, and deploy",
        ),
        (
            {"operations": {"functions": {"a": 7}, "outboxes": {"e": {"tableName": "t"}}}},
            "stack dev has an output operations that this version cannot read: "
            "functions.a: Input should be a valid string; "
            "outboxes.e.relayFunctionName: Field required",
        ),
    ],
)
def test_outputs_that_cannot_be_used_are_explained_whole(outputs: Any, text: str) -> None:
    context = _context(run=lambda _: ended(0, json.dumps(outputs)))

    with pytest.raises(UnreachableError) as raised:
        find_stack(context, StackChoice(stack="dev"))

    assert str(raised.value) == text


def test_a_local_stack_is_reached_at_the_address_where_its_outputs_were_found(
    tmp_path: Path,
) -> None:
    _up(tmp_path, 4567, {"operations": {}})

    found = find_stack(_context(tmp_path), StackChoice(stack="local"))

    assert found.source == "the running make up"
    assert found.connection == Connection(
        region="us-east-1", endpoint_url=HERE, local=True, keys=Keys("key", "secret")
    )


def test_what_a_deployment_has_not_written_yet_is_not_known(tmp_path: Path) -> None:
    _up(tmp_path, 4567, keys=None)
    _up(tmp_path, 4568, {"a": 1})

    starting, running = running_stacks(tmp_path)

    assert (starting.keys(), starting.outputs()) == (None, None)
    assert (running.keys(), running.outputs()) == (Keys("key", "secret"), {"a": 1})
    assert running == LocalStack(
        endpoint_url="http://127.0.0.1:4568", directory=tmp_path / "up-4568"
    )
    assert running != replace(running, directory=tmp_path)


@pytest.mark.parametrize(
    ("url", "ports"),
    [
        (None, ["4567", "4568"]),
        (HERE, ["4567"]),
        (f"{HERE}/", ["4567"]),
        ("http://localhost:4568", ["4568"]),
        ("http://127.0.0.1:456", []),
        ("http://127.0.0.1:4569", []),
        ("", []),
    ],
)
def test_a_deployment_is_found_by_its_address(
    tmp_path: Path, url: str | None, ports: list[str]
) -> None:
    for port in (4568, 4567):
        _up(tmp_path, port)
    (tmp_path / "up-4569").write_text("no folder")

    assert [each.endpoint_url[-4:] for each in running_stacks(tmp_path, url)] == ports


def test_the_folder_of_the_runner_is_looked_for_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)

    monkeypatch.setattr("serverless_ops.local_stacks.__file__", str(inside / "c" / "d.py"))
    assert find_local_folder() == inside / ".local"
    (tmp_path / ".local").mkdir()
    assert find_local_folder() == tmp_path / ".local"
    (inside / ".local").mkdir()
    assert find_local_folder() == inside / ".local"


def test_the_folder_of_the_runner_may_be_that_of_this_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / ".local").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    monkeypatch.setattr("serverless_ops.local_stacks.__file__", str(source / "ops" / "x.py"))

    assert find_local_folder() == source / ".local"
