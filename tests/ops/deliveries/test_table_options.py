"""Finding deliveries tables, and explaining why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambdas.tables import DELIVERIES
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import service_error, stack_outputs

ID = "019501d2-7c00-7a51-8f3e-52a1c0d9e7b4"
COMMANDS = [("deliveries", "--event", ID), ("deliveries", "--subject", ID)]
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


@every_command
def test_a_stack_or_a_table_is_required(reader: Reader, words: tuple[str, ...]) -> None:
    result = reader.types_exactly(*words)

    assert result.exit_code == 2
    assert "pass --stack, --outputs FILE or --table" in result.stderr


@every_command
def test_without_the_cli_the_error_suggests_what_to_do(
    reader: Reader, words: tuple[str, ...]
) -> None:
    result = reader.types_exactly(*words, "--stack", "dev")

    assert result.exit_code == 3
    assert "install the Pulumi CLI, pass --outputs FILE, or pass --table" in result.stderr


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        (json.dumps({"apiUrl": "https://x"}), "stack dev has no output operations, it has apiUrl"),
        (stack_outputs(), "stack dev has no deliveries table; use --table to name one"),
    ],
)
def test_a_stack_without_a_table_is_reported(reader: Reader, outputs: str, text: str) -> None:
    reader.pulumi_returns(outputs)

    result = reader.types_exactly(*COMMANDS[0], "--stack", "dev")

    assert result.exit_code == 3
    assert text in result.stderr


def test_of_several_services_one_can_be_chosen(reader: Reader) -> None:
    found = {"alerts": {"tableName": "nothing-here"}, "notifications": {"tableName": DELIVERIES}}
    reader.pulumi_returns(stack_outputs(deliveries=found))

    chosen = reader.types_exactly(*COMMANDS[0], "--stack", "dev", "--service", "notifications")

    assert chosen.exit_code == 1
    assert f"is recorded in {DELIVERIES}" in chosen.stderr


def test_a_table_that_does_not_exist_is_named_and_the_others_are_read(reader: Reader) -> None:
    found = {"alerts": {"tableName": "nothing-here"}, "notifications": {"tableName": DELIVERIES}}
    reader.pulumi_returns(stack_outputs(deliveries=found))

    result = reader.types_exactly(*COMMANDS[0], "--stack", "dev")

    assert result.exit_code == 3
    assert "Error: table nothing-here: there is no such table or index (" in result.stderr
    assert f"is recorded in {DELIVERIES}" in result.stderr


def test_stack_local_is_what_make_up_has_left_running(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "up-4567").mkdir()
    outputs = stack_outputs(deliveries={"notifications": {"tableName": DELIVERIES}})
    (tmp_path / "up-4567" / "outputs.json").write_text(outputs)
    reader.local_folder = tmp_path

    assert reader.types_exactly(*COMMANDS[0], "--stack", "local").exit_code == 1

    [connection] = reader.connections
    assert (connection.endpoint_url, connection.local) == ("http://127.0.0.1:4567", True)
    assert connection.region == "us-east-1"


class _Rejecting:
    """A client whose queries are rejected."""

    def __init__(self, error: ClientError) -> None:
        self._error = error

    def get_paginator(self, operation: str) -> Any:
        raise self._error


@every_command
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ResourceNotFoundException", "there is no such table or index"),
        ("AccessDeniedException", "needs dynamodb:Query on the deliveries table"),
        ("ExpiredTokenException", "log in again"),
        ("ThrottlingException", "Query failed with ThrottlingException"),
    ],
)
def test_an_error_of_dynamodb_is_explained(
    reader: Reader, words: tuple[str, ...], code: str, text: str
) -> None:
    reader.dynamodb = _Rejecting(service_error(code, "Query"))

    result = reader.types(*words)

    assert result.exit_code == 3
    assert text in result.stderr


@every_command
def test_every_help_lists_the_exit_codes(reader: Reader, words: tuple[str, ...]) -> None:
    text = reader.types_exactly(words[0], "--help").stdout

    for code in ("  0    done", "  1    unknown", "  2    usage", "  3    the stack", "  130  int"):
        assert code in text
