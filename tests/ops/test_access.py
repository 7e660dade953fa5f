"""Finding the queue and the target, and saying clearly why not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ops.stack_outputs import CommandResult
from tests.ops.fakes import TARGET, Operator, Queue, an_event


def _pulumi(operator: Operator, result: CommandResult) -> list[Sequence[str]]:
    asked: list[Sequence[str]] = []

    def run(words: Sequence[str]) -> CommandResult:
        asked.append(words)
        return result

    operator.run = run
    return asked


def _outputs(queue: Queue, **outputs: Any) -> str:
    return json.dumps({"deadLetterQueueUrl": queue.url, "targetFunctionArn": TARGET, **outputs})


def _up(folder: Path, port: int, outputs: str) -> None:
    (folder / f"up-{port}").mkdir()
    (folder / f"up-{port}" / "outputs.json").write_text(outputs)


def test_the_pulumi_cli_is_asked_for_a_stack(queue: Queue, operator: Operator) -> None:
    asked = _pulumi(operator, CommandResult(0, _outputs(queue), ""))
    queue.add_failed(an_event())

    result = operator.types_exactly("replay", "--apply", "--stack", "dev")

    assert result.exit_code == 0
    assert len(operator.functions.events) == 1
    assert (
        f"Queue {queue.url}, target {TARGET} (from pulumi stack output --stack dev)"
        in result.stdout
    )
    assert asked == [("pulumi", "stack", "output", "--json", "--stack", "dev", "--non-interactive")]


def test_the_region_is_that_of_the_function(queue: Queue, operator: Operator) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:notify"
    _pulumi(operator, CommandResult(0, _outputs(queue, targetFunctionArn=arn), ""))

    operator.types_exactly("replay", "--stack", "dev")
    operator.types_exactly("replay", "--stack", "dev", "--region", "eu-north-1")

    assert {access.region for access in operator.accesses} == {"eu-west-1", "eu-north-1"}


def test_without_a_function_the_region_is_that_of_the_queue(operator: Operator) -> None:
    url = "https://sqs.eu-west-3.amazonaws.com/123456789012/dead-letters"

    operator.types_exactly("list", "--queue-url", url)

    assert operator.accesses[0].region == "eu-west-3"


def test_stack_local_is_what_make_up_has_left_running(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4567, _outputs(queue))

    result = operator.types_exactly("replay", "--stack", "local")

    assert result.exit_code == 0
    operator.types_exactly("list", "--stack", "local", "--queue-url", queue.url)
    places = {(access.endpoint_url, access.local) for access in operator.accesses}
    assert places == {("http://127.0.0.1:4567", True)}


def test_of_several_local_deployments_one_must_be_named(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    for port in (4567, 4568):
        _up(tmp_path, port, _outputs(queue))

    which = operator.types_exactly("list", "--stack", "local")
    named = operator.types_exactly(
        "list", "--stack", "local", "--endpoint-url", "http://localhost:4568"
    )

    assert (which.exit_code, named.exit_code) == (3, 0)
    assert "http://127.0.0.1:4567 or http://127.0.0.1:4568" in which.stderr


@pytest.mark.parametrize(
    ("stack", "texts"),
    [
        ("dev", ["no command pulumi on this machine", "install the Pulumi CLI", "--queue-url"]),
        ("local", ["start the local deployment with make up"]),
    ],
)
def test_without_the_cli_it_says_what_to_do(
    operator: Operator, stack: str, texts: list[str]
) -> None:
    result = operator.types_exactly("list", "--stack", stack)

    assert result.exit_code == 3
    assert all(text in result.stderr for text in texts)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("error: no stack named 'dev' found", "there is no stack dev; pulumi stack ls lists"),
        ("error: PULUMI_ACCESS_TOKEN must be set", "pulumi is not logged in"),
        ("error: passphrase must be set", "it said: error: passphrase must be set; or give"),
    ],
)
def test_what_pulumi_refuses_is_explained(operator: Operator, said: str, text: str) -> None:
    _pulumi(operator, CommandResult(255, "", said))

    result = operator.types_exactly("list", "--stack", "dev")

    assert result.exit_code == 3
    assert text in result.stderr


def test_pulumi_that_cannot_be_run_is_explained(operator: Operator) -> None:
    def run(words: Sequence[str]) -> CommandResult:
        raise TimeoutError("60 seconds")

    operator.run = run

    result = operator.types_exactly("list", "--stack", "dev")

    assert (result.exit_code, "cannot ask Pulumi" in result.stderr) == (3, True)


def test_outputs_that_are_no_json_are_explained(operator: Operator) -> None:
    _pulumi(operator, CommandResult(0, "warning: …", ""))

    result = operator.types_exactly("list", "--stack", "dev")

    assert (result.exit_code, "as JSON" in result.stderr) == (3, True)


def test_a_missing_output_is_named_with_those_there_are(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, CommandResult(0, json.dumps({"deadLetterQueueUrl": queue.url}), ""))

    result = operator.types_exactly("replay", "--stack", "dev")

    assert result.exit_code == 3
    assert (
        "stack dev has no output targetFunctionArn, it has deadLetterQueueUrl; "
        "export it, or give --function" in result.stderr
    )


def test_a_flag_goes_before_the_stack(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, CommandResult(0, json.dumps({"deadLetterQueueUrl": queue.url}), ""))

    assert operator.types_exactly("replay", "--stack", "dev", "--function", TARGET).exit_code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("list",), "give --stack, or --queue-url"),
        (("replay", "--queue-url", "https://x"), "give --stack, or --function"),
        (("replay", "--queue-url", "u", "--function", "f", "--rate", "0"), "0 is not in the range"),
        (("replay", "--queue-url", "u", "--function", "f", "--max", "0"), "0 is not in the range"),
        (("list", "--queue-url", "u", "--since", "soon"), "such as 90s, 30m, 2h or 7d, got 'soon'"),
        (("list", "--queue-url", "u", "--since", "1h", "--until", "2h"), "--since must be earlier"),
        (("replay", "--nonsense"), "No such option"),
    ],
)
def test_wrong_usage_is_told_apart(operator: Operator, words: tuple[str, ...], text: str) -> None:
    result = operator.types_exactly(*words)

    assert result.exit_code == 2
    assert text in result.stderr


def test_the_exit_codes_stand_in_every_help(operator: Operator) -> None:
    for command in ("list", "show", "replay", "purge"):
        text = operator.types_exactly(command, "--help").stdout
        for code in ("  0    done", "  1    something", "  2    wrong", "  3    ", "  130  inter"):
            assert code in text
