"""What every command has in common at its edges: errors, exit codes, other programs."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC
from typing import Any

import click
import pytest
from botocore.exceptions import NoRegionError
from click.testing import CliRunner

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.cli import _ExplainedErrors
from serverless_ops.context import Context, run_command
from serverless_ops.interrupts import Interrupts
from serverless_ops.typed_command import command_with
from tests.ops.fakes import service_error


def _run(error: BaseException) -> Any:
    @click.group(cls=_ExplainedErrors)
    def group() -> None:
        """A command that fails."""

    @group.command()
    def fails() -> None:
        raise error

    return CliRunner().invoke(group, ["fails"])


@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        (UnreachableError("no \x1b[2J way"), 3, "Error: no \\x1b[2J way\n"),
        (
            NoRegionError(),
            3,
            "Error: no AWS region is set; pass --region, or set AWS_DEFAULT_REGION\n",
        ),
        (
            service_error("Odd"),
            3,
            "Error: Invoke failed with Odd: about Odd\n",
        ),
        (
            OSError(28, "No space left"),
            2,
            "Error: a file cannot be written: [Errno 28] No space left\n",
        ),
        (KeyboardInterrupt(), 130, "Interrupted; nothing was changed.\n"),
    ],
)
def test_an_expected_error_is_a_line_and_an_exit_code(
    error: BaseException, exit_code: int, text: str
) -> None:
    result = _run(error)

    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", text)


def test_a_reader_that_has_gone_ends_it_without_a_word() -> None:
    result = _run(BrokenPipeError(32, "Broken pipe"))

    assert "a file cannot be written" not in result.output
    assert result.exit_code == 1


def test_a_mistake_of_the_program_is_not_hidden() -> None:
    assert isinstance(_run(ZeroDivisionError()).exception, ZeroDivisionError)


def test_a_typed_command_is_offered_again_as_a_shell_takes_it() -> None:
    offered: list[str] = []

    @click.group(cls=_ExplainedErrors)
    def ops() -> None:
        """A command that offers itself."""

    @ops.command()
    @click.option("--error")
    def lists(error: str) -> None:
        offered.append(command_with("--queue", "it's"))

    CliRunner().invoke(ops, ["lists", "--error", "is full"])

    assert offered == ["ops lists --error 'is full' --queue 'it'\"'\"'s'"]


def test_another_program_is_run_in_its_words_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEPT", "yes")
    code = (
        "import os, sys; print(os.environ['PULUMI_SKIP_UPDATE_CHECK'], os.environ['KEPT'], "
        "repr(sys.stdin.read())); print('é', file=sys.stderr); sys.exit(7)"
    )

    result = run_command([sys.executable, "-X", "utf8", "-c", code])

    assert (result.returncode, result.stdout, result.stderr) == (7, "true yes ''\n", "é\n")
    with pytest.raises(FileNotFoundError):
        run_command(["no-such-program-anywhere"])


def test_another_program_has_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("subprocess.run", lambda words, **options: asked.append(options))

    run_command(["pulumi"])

    assert [each["timeout"] for each in asked] == [60]


def test_without_anything_given_time_is_that_of_the_world_in_utc() -> None:
    context = Context()

    assert context.now().tzinfo is UTC
    assert context.poll_seconds == 2
    assert context.clock() <= context.clock()
    assert Context().client is not context.client, "each run has its own limits"


@pytest.mark.parametrize(
    ("stdin", "stderr", "asks"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_somebody_can_be_asked_who_types_and_sees_the_question(
    monkeypatch: pytest.MonkeyPatch, *, stdin: bool, stderr: bool, asks: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: stdin, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: stderr, raising=False)

    assert Context().is_interactive() is asks


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_is_handled_in_a_block_and_as_before_after_it(number: int) -> None:
    before = signal.getsignal(number)
    interrupts = Interrupts()
    done: list[str] = []

    def work() -> None:
        with interrupts.handled() as same:
            assert same is interrupts
            with interrupts.shielded():
                os.kill(os.getpid(), number)
                done.append("in the shield")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["in the shield"]
    assert signal.getsignal(number) is before


def test_a_shield_without_a_signal_ends_quietly_and_the_next_one_holds() -> None:
    interrupts = Interrupts()
    done: list[int] = []

    def work() -> None:
        with interrupts.handled():
            with interrupts.shielded():
                done.append(1)
            with interrupts.shielded():
                os.kill(os.getpid(), signal.SIGINT)
                done.append(2)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            work()
    assert done == [1, 2, 1, 2]
