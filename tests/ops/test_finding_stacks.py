"""Where a stack's outputs come from, and what a wrong name or place leads to."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.ops.fakes import TARGET as FUNCTION
from tests.ops.fakes import Operator, Queue, an_event, ended, stack_outputs


@pytest.fixture
def outputs(queue: Queue) -> str:
    entry = {"kind": "invocation", "queueUrl": queue.url, "targetArn": FUNCTION}
    queue.add_failed(an_event())
    return stack_outputs(deadLetters={"task-events": entry})


def _pulumi_with_stacks(*names: str) -> tuple[list[Sequence[str]], object]:
    commands: list[Sequence[str]] = []

    def run(words: Sequence[str]) -> CompletedProcess[str]:
        commands.append(words)
        if "ls" in words:
            return ended(0, json.dumps([{"name": name} for name in names]))
        return ended(255, "", f"error: no stack named '{words[5]}' found")

    return commands, run


def _up(folder: Path, port: int, outputs: str) -> Path:
    directory = folder / f"up-{port}"
    directory.mkdir()
    (directory / "outputs.json").write_text(outputs)
    (directory / "credentials.json").write_text('{"accessKey": "key", "secretKey": "secret"}')
    return directory


def test_outputs_are_read_from_a_file_without_pulumi(
    operator: Operator, outputs: str, tmp_path: Path
) -> None:
    (tmp_path / "outputs.json").write_text(outputs)

    result = operator.types_exactly("replay", "--outputs", str(tmp_path / "outputs.json"))

    assert result.exit_code == 0, result.output
    assert "would be replayed" in result.stdout


def test_outputs_are_read_from_stdin(operator: Operator, outputs: str) -> None:
    result = operator.types_exactly("list", "--outputs", "-", "--json", replies=outputs)

    assert json.loads(result.stdout)["matched"] == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null"])
def test_a_file_without_outputs_is_refused(operator: Operator, text: str) -> None:
    result = operator.types_exactly("list", "--outputs", "-", replies=text)

    assert result.exit_code == 3
    assert "stdin must contain a stack's outputs as" in result.stderr


def test_a_missing_file_is_named(operator: Operator, tmp_path: Path) -> None:
    result = operator.types_exactly("list", "--outputs", str(tmp_path / "none.json"))

    assert result.exit_code == 3
    assert "cannot read the outputs from" in result.stderr


def test_pulumi_is_run_for_the_project_in_another_folder(operator: Operator) -> None:
    commands, operator.run = _pulumi_with_stacks("dev")

    operator.types_exactly("list", "--stack", "prod", "--cwd", "../orders")

    assert all(command[-2:] == ("--cwd", "../orders") for command in commands)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("prd", "there is no stack prd; did you mean prod?"),
        ("DEV", "there is no stack DEV; did you mean dev?"),
        ("unlike-any", "there is no stack unlike-any; there are: dev, prod"),
    ],
)
def test_an_unknown_name_is_answered_with_those_like_it(
    operator: Operator, typed: str, text: str
) -> None:
    _, operator.run = _pulumi_with_stacks("dev", "prod")

    result = operator.types_exactly("list", "--stack", typed)

    assert (result.exit_code, text in result.stderr) == (3, True), result.stderr


def test_a_misspelled_local_stack_is_recognized_without_pulumi(
    operator: Operator, outputs: str, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4567, outputs)

    result = operator.types_exactly("list", "--stack", "LOCAL")

    assert "there is no stack LOCAL; did you mean local?" in result.stderr


def test_a_wrong_port_is_answered_with_those_that_run(
    operator: Operator, outputs: str, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4567, outputs)

    result = operator.types_exactly(
        "list", "--stack", "local", "--endpoint-url", "http://127.0.0.1:4566"
    )

    assert result.exit_code == 3
    assert "runs at http://127.0.0.1:4566; did you mean http://127.0.0.1:4567?" in result.stderr


def test_what_a_killed_deployment_left_behind_is_not_a_stack(
    operator: Operator, outputs: str, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4566, outputs)
    _up(tmp_path, 4567, outputs)
    (tmp_path / "up-4566.lock").touch()
    with (tmp_path / "up-4567.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        result = operator.types_exactly("list", "--stack", "local")

    assert result.exit_code == 0, result.stderr
    assert operator.connections[0].endpoint_url == "http://127.0.0.1:4567"


def test_a_deployment_that_is_starting_is_reported(operator: Operator, tmp_path: Path) -> None:
    operator.local_folder = tmp_path
    (tmp_path / "up-4566").mkdir()

    result = operator.types_exactly("list", "--stack", "local")

    assert result.exit_code == 3
    assert "has no outputs yet" in result.stderr


def test_outputs_of_an_emulator_need_its_keys_not_those_of_aws(
    operator: Operator, outputs: str, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4567, outputs)

    operator.types_exactly(
        "list", "--outputs", "-", "--endpoint-url", "http://127.0.0.1:4567", replies=outputs
    )

    assert operator.connections[0].keys == ("key", "secret")


def test_a_profile_is_taken_over(operator: Operator, outputs: str) -> None:
    operator.types_exactly("list", "--outputs", "-", "--profile", "ops", replies=outputs)

    assert operator.connections[0].profile == "ops"
