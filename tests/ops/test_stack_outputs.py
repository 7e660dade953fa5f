"""What is said about outputs that cannot be had, whole."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.stack_outputs import StackChoice, StackOutputs, read_outputs
from tests.ops.fakes import ended, no_pulumi

ADVICE = "or give up"


def _read(run: Any, folder: Path = Path("/nonexistent"), **choice: str) -> StackOutputs:
    context = Context(client=lambda *_: None, run=run, local_folder=folder)
    return read_outputs(context, StackChoice(**{"stack": "dev", **choice}), ADVICE)


def _refused(run: Any, folder: Path = Path("/nonexistent"), **choice: str) -> str:
    with pytest.raises(UnreachableError) as raised:
        _read(run, folder, **choice)
    return str(raised.value)


def _raising(error: Exception) -> Any:
    def run(words: Any) -> Any:
        raise error

    return run


def _failing(text: str, listed: str | Exception = "[]") -> Any:
    def run(words: Any) -> Any:
        if "ls" not in words:
            return ended(255, "", text)
        if isinstance(listed, Exception):
            raise listed
        return ended(0, listed)

    return run


@pytest.mark.parametrize(
    ("choice", "is_given", "name"),
    [
        ({}, False, "stdin"),
        ({"stack": "dev"}, True, "dev"),
        ({"outputs": "-"}, True, "stdin"),
        ({"outputs": "out.json"}, True, "out.json"),
        ({"stack": "dev", "outputs": "out.json"}, True, "dev"),
        ({"stack": ""}, True, "stdin"),
    ],
)
def test_a_stack_is_named_as_it_was_given(
    choice: dict[str, str], name: str, *, is_given: bool
) -> None:
    found = StackChoice(**choice)

    assert (found.is_given, found.name) == (is_given, name)


def test_outputs_are_what_pulumi_prints() -> None:
    assert _read(lambda _: ended(0, '{"a": 1}')) == StackOutputs(
        values={"a": 1}, source="pulumi stack output --stack dev"
    )


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (
            no_pulumi,
            "cannot look up stack dev: pulumi is not installed on this machine; install the "
            "Pulumi CLI, pass --outputs FILE, or give up",
        ),
        (
            _raising(PermissionError(13, "denied")),
            "cannot run pulumi for stack dev: [Errno 13] denied; fix that, or give up",
        ),
        (
            _raising(subprocess.TimeoutExpired("pulumi", 60)),
            "cannot run pulumi for stack dev: Command 'pulumi' timed out after 60 seconds; fix "
            "that, or give up",
        ),
        (
            lambda _: ended(0, "{"),
            "what pulumi printed for stack dev must contain a stack's outputs as JSON, as pulumi "
            "stack output --json prints them: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
        ),
        (
            lambda _: ended(0, "[]"),
            "what pulumi printed for stack dev must contain a stack's outputs as one JSON object, "
            "got list",
        ),
        (
            _failing("error: no stack named 'dev' found"),
            "there is no stack dev; pulumi stack ls lists the stacks",
        ),
        *(
            (
                _failing("error: no stack named 'dev' found", listed),
                "there is no stack dev; pulumi stack ls lists the stacks",
            )
            for listed in ("{", "7", '[{"title": "dev"}]', OSError(), subprocess.SubprocessError())
        ),
        (
            _failing("no stack named 'dev'", '[{"name": "other"}, {"name": "DEV"}]'),
            "there is no stack dev; did you mean DEV?",
        ),
        (
            _failing("no stack named 'dev'", '[{"name": "dev1"}, {"name": "dev2"}]'),
            "there is no stack dev; did you mean dev2 or dev1?",
        ),
        (
            _failing("no stack named 'dev'", '[{"name": "prod"}, {"name": "beta"}]'),
            "there is no stack dev; there are: beta, prod",
        ),
        (
            _failing("error: no Pulumi.yaml project file found"),
            "there is no Pulumi project here to look up stack dev; change to its folder, or pass "
            "--cwd FOLDER or --outputs FILE",
        ),
        *(
            (
                _failing(text),
                "pulumi is not logged in, so stack dev cannot be looked up: pulumi login",
            )
            for text in ("set PULUMI_ACCESS_TOKEN", "run  pulumi\nlogin")
        ),
        (
            _failing(""),
            "pulumi could not read the outputs of stack dev: no message; fix that, or give up",
        ),
        (
            _failing("x" * 9 + "y" * 399 + " \n"),
            f"pulumi could not read the outputs of stack dev: x{'y' * 399}; fix that, or give up",
        ),
    ],
)
def test_why_pulumi_has_no_outputs_is_explained(run: Any, text: str) -> None:
    assert _refused(run) == text


def test_without_pulumi_a_local_deployment_is_offered_or_how_to_start_one(tmp_path: Path) -> None:
    assert _refused(no_pulumi, stack="local") == (
        "cannot look up stack local: pulumi is not installed on this machine; start the local "
        "deployment with make up, install the Pulumi CLI, pass --outputs FILE, or give up"
    )
    (tmp_path / "up-4566").mkdir()
    assert _refused(no_pulumi, tmp_path, stack="locl") == (
        "there is no stack locl; did you mean local?"
    )
    assert _refused(no_pulumi, tmp_path) == "there is no stack dev; there are: local"
    assert _refused(_failing("no stack named 'dev'", '[{"name": "prod"}]'), tmp_path) == (
        "there is no stack dev; there are: local, prod"
    )


def test_of_local_deployments_one_must_be_meant_and_have_outputs(tmp_path: Path) -> None:
    (tmp_path / "up-4566").mkdir()
    assert _refused(no_pulumi, tmp_path, stack="local") == (
        "the local deployment at http://127.0.0.1:4566 has no outputs yet: it is starting, or its "
        "program failed; see what make up printed"
    )
    (tmp_path / "up-4567").mkdir()
    both = "http://127.0.0.1:4566 or http://127.0.0.1:4567"
    assert _refused(no_pulumi, tmp_path, stack="local") == (
        f"2 local deployments are running; choose one with --endpoint-url: {both}"
    )
    url = "http://127.0.0.1:4568"
    assert _refused(no_pulumi, tmp_path, stack="local", endpoint_url=url) == (
        f"no local deployment runs at {url}; did you mean {both}?"
    )
    (tmp_path / "up-4567" / "outputs.json").write_text('{"a": 1}')
    url = "http://127.0.0.1:4567"
    assert _read(no_pulumi, tmp_path, stack="local", endpoint_url=url) == StackOutputs(
        values={"a": 1}, source="the running make up", endpoint_url=url
    )


def test_pulumi_is_asked_in_the_folder_of_the_project() -> None:
    asked: list[Any] = []

    def run(words: Any) -> Any:
        asked.append(words)
        return ended(0 if "ls" in words else 255, "[]", "no stack named 'dev'")

    _refused(run, cwd="../orders")

    where = ("--non-interactive", "--cwd", "../orders")
    assert asked == [
        ("pulumi", "stack", "output", "--json", "--stack", "dev", *where),
        ("pulumi", "stack", "ls", "--json", *where),
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xff", "cannot read the outputs from {file}: 'utf-8' codec can't decode"),
        (None, "cannot read the outputs from {file}: [Errno 2] No such file"),
        (b"7", "{file} must contain a stack's outputs as one JSON object, got int"),
    ],
)
def test_a_file_that_holds_no_outputs_is_named(
    tmp_path: Path, content: bytes | None, text: str
) -> None:
    file = tmp_path / "out.json"
    if content is not None:
        file.write_bytes(content)

    assert _refused(no_pulumi, outputs=str(file)).startswith(text.format(file=file))


def test_a_file_is_read_as_utf_8_and_named(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text('{"a": "é"}', encoding="utf-8")

    found = _read(no_pulumi, outputs=str(file))

    assert found == StackOutputs(values={"a": "é"}, source=str(file))
