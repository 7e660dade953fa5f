"""Finding the deliveries table, and saying clearly why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lambdas.tables import DELIVERIES
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import refusal

ID = "019501d2-7c00-7a51-8f3e-52a1c0d9e7b4"
COMMANDS = [("deliveries", "--event", ID), ("breakers",), ("breakers", "close", "email")]
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


@every_command
def test_it_must_be_said_where(reader: Reader, words: tuple[str, ...]) -> None:
    result = reader.types_exactly(*words)

    assert result.exit_code == 2
    assert "give --stack, or --table" in result.stderr


@every_command
def test_without_the_cli_it_says_what_to_do(reader: Reader, words: tuple[str, ...]) -> None:
    result = reader.types_exactly(*words, "--stack", "dev")

    assert result.exit_code == 3
    assert "install the Pulumi CLI, or give --table" in result.stderr


def test_a_stack_without_a_table_is_told(reader: Reader) -> None:
    reader.pulumi_says(json.dumps({"apiUrl": "https://x"}))

    result = reader.types_exactly(*COMMANDS[0], "--stack", "dev")

    assert result.exit_code == 3
    assert "no output deliveriesTableName, it has apiUrl; export it, or give --table" in (
        result.stderr
    )


def test_stack_local_is_what_make_up_has_left_running(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "up-4567").mkdir()
    outputs = {"deliveriesTableName": DELIVERIES, "channelNames": ["email"]}
    (tmp_path / "up-4567" / "outputs.json").write_text(json.dumps(outputs))
    reader.local_folder = tmp_path

    assert reader.types_exactly("breakers", "--stack", "local").stdout == "email: closed\n"

    [access] = reader.accesses
    assert (access.endpoint_url, access.local) == ("http://127.0.0.1:4567", True)
    assert access.region == "us-east-1"


class _Refusing:
    """A client that refuses to query."""

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
        ("ThrottlingException", "Query was answered ThrottlingException"),
    ],
)
def test_what_dynamodb_refuses_is_explained(
    reader: Reader, words: tuple[str, ...], code: str, text: str
) -> None:
    reader.dynamodb = _Refusing(refusal(code, "Query"))

    result = reader.types(*words)

    assert result.exit_code == 3
    assert text in result.stderr


@every_command
def test_the_exit_codes_stand_in_every_help(reader: Reader, words: tuple[str, ...]) -> None:
    text = reader.types_exactly(*words[: 2 if words[-1] == "email" else 1], "--help").stdout

    for code in ("  0    done", "  1    nothing", "  2    wrong", "  3    the stack", "  130  int"):
        assert code in text
