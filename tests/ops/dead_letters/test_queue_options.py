"""Finding dead-letter queues and targets, and explaining why not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.ops.fakes import TARGET, Operator, Queue, an_event, ended, stack_outputs


def _pulumi(operator: Operator, result: CompletedProcess[str]) -> list[Sequence[str]]:
    commands: list[Sequence[str]] = []

    def run(words: Sequence[str]) -> CompletedProcess[str]:
        commands.append(words)
        return result

    operator.run = run
    return commands


def _outputs(queue: Queue, *names: str, target: str | None = TARGET) -> str:
    entry = {"kind": "invocation", "queueUrl": queue.url, "targetArn": target}
    return stack_outputs(deadLetters=dict.fromkeys(names or ["task-events"], entry))


def _up(folder: Path, port: int, outputs: str) -> None:
    (folder / f"up-{port}").mkdir()
    (folder / f"up-{port}" / "outputs.json").write_text(outputs)
    keys = {"accessKey": f"key-{port}", "secretKey": f"secret-{port}"}
    (folder / f"up-{port}" / "credentials.json").write_text(json.dumps(keys))


def test_a_stack_is_looked_up_with_the_pulumi_cli(queue: Queue, operator: Operator) -> None:
    commands = _pulumi(operator, ended(0, _outputs(queue)))
    queue.add_failed(an_event())

    result = operator.types_exactly("replay", "--apply", "--stack", "dev")

    assert result.exit_code == 0
    assert len(operator.functions.events) == 1
    assert (
        f"Queue {queue.url}, target {TARGET} (from pulumi stack output --stack dev)"
        in result.stdout
    )
    assert commands == [
        ("pulumi", "stack", "output", "--json", "--stack", "dev", "--non-interactive")
    ]


def test_the_region_is_that_of_the_function(queue: Queue, operator: Operator) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:notify"
    _pulumi(operator, ended(0, _outputs(queue, target=arn)))

    operator.types_exactly("replay", "--stack", "dev")
    operator.types_exactly("replay", "--stack", "dev", "--region", "eu-north-1")

    assert {each.region for each in operator.connections} == {"eu-west-1", "eu-north-1"}


def test_without_a_function_the_region_is_that_of_the_queue(operator: Operator) -> None:
    url = "https://sqs.eu-west-3.amazonaws.com/123456789012/dead-letters"

    operator.types_exactly("list", "--queue-url", url)

    assert operator.connections[0].region == "eu-west-3"


def test_stack_local_is_what_make_up_has_left_running(
    queue: Queue, operator: Operator, tmp_path: Path
) -> None:
    operator.local_folder = tmp_path
    _up(tmp_path, 4567, _outputs(queue))

    result = operator.types_exactly("replay", "--stack", "local")

    assert result.exit_code == 0
    operator.types_exactly("list", "--stack", "local", "--queue-url", queue.url)
    connections = {(each.endpoint_url, each.local, each.keys) for each in operator.connections}
    assert connections == {("http://127.0.0.1:4567", True, ("key-4567", "secret-4567"))}


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
    assert {each.keys for each in operator.connections} == {("key-4568", "secret-4568")}


@pytest.mark.parametrize(
    ("stack", "texts"),
    [
        (
            "dev",
            ["pulumi is not installed on this machine", "install the Pulumi CLI", "--queue-url"],
        ),
        ("local", ["start the local deployment with make up"]),
    ],
)
def test_without_the_cli_the_error_suggests_what_to_do(
    operator: Operator, stack: str, texts: list[str]
) -> None:
    result = operator.types_exactly("list", "--stack", stack)

    assert result.exit_code == 3
    assert all(text in result.stderr for text in texts)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("error: no stack named 'dev' found", "there is no stack dev; pulumi stack ls lists"),
        ("error: PULUMI_ACCESS_TOKEN must be set", "pulumi is not logged in"),
        (
            "error: passphrase must be set",
            "outputs of stack dev: error: passphrase must be set; fix that, or pass",
        ),
    ],
)
def test_an_error_of_pulumi_is_explained(operator: Operator, error: str, text: str) -> None:
    _pulumi(operator, ended(255, "", error))

    result = operator.types_exactly("list", "--stack", "dev")

    assert result.exit_code == 3
    assert text in result.stderr


def test_pulumi_that_cannot_be_run_is_explained(operator: Operator) -> None:
    def run(words: Sequence[str]) -> CompletedProcess[str]:
        raise TimeoutError("60 seconds")

    operator.run = run

    result = operator.types_exactly("list", "--stack", "dev")

    assert (result.exit_code, "cannot run pulumi" in result.stderr) == (3, True)


def test_outputs_that_are_no_json_are_explained(operator: Operator) -> None:
    _pulumi(operator, ended(0, "warning: …"))

    result = operator.types_exactly("list", "--stack", "dev")

    assert (result.exit_code, "as JSON" in result.stderr) == (3, True)


def test_a_missing_output_is_named_with_those_there_are(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, ended(0, json.dumps({"apiUrl": "https://x"})))

    result = operator.types_exactly("replay", "--stack", "dev")

    assert result.exit_code == 3
    assert "stack dev has no output operations, it has apiUrl" in result.stderr
    assert "or pass --queue-url and, to replay, --function" in result.stderr


def test_an_output_of_another_shape_is_explained(operator: Operator) -> None:
    outputs = stack_outputs(deadLetters={"task-events": {"queueUrl": 7}})
    _pulumi(operator, ended(0, outputs))

    result = operator.types_exactly("list", "--stack", "dev")

    assert result.exit_code == 3
    assert "deadLetters.task-events.queueUrl: Input should be a valid string" in result.stderr


def test_a_stack_without_a_queue_is_reported(operator: Operator) -> None:
    _pulumi(operator, ended(0, stack_outputs()))

    result = operator.types_exactly("list", "--stack", "dev")

    assert result.exit_code == 3
    assert "stack dev has no dead-letter queue" in result.stderr


def test_a_queue_without_a_target_is_reported(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, ended(0, _outputs(queue, target=None)))

    result = operator.types_exactly("replay", "--stack", "dev")

    assert result.exit_code == 3
    assert "queue task-events has no target in stack dev; pass --function" in result.stderr


def test_all_queues_of_a_stack_are_listed(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, ended(0, _outputs(queue, "orders", "task-events")))
    queue.add_failed(an_event())

    everything = operator.types_exactly("list", "--stack", "dev", "--json").stdout.splitlines()
    one = operator.types_exactly("list", "--stack", "dev", "--queue", "orders", "--json").stdout
    shown = operator.types_exactly("show", "e-1", "--stack", "dev")

    assert [json.loads(line)["matched"] for line in everything] == [1, 1]
    assert [each["event_id"] for each in json.loads(one)["dead_letters"]] == ["e-1"]
    assert shown.exit_code == 0


def test_an_option_overrides_the_stack(queue: Queue, operator: Operator) -> None:
    _pulumi(operator, ended(0, _outputs(queue, target=None)))

    assert operator.types_exactly("replay", "--stack", "dev", "--function", TARGET).exit_code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("list",), "pass --stack, --outputs FILE or --queue-url"),
        (("replay", "--queue-url", "https://x"), "--outputs FILE, --function or --kind"),
        (
            ("replay", "--queue-url", "u", "--function", "f", "--rate", "0"),
            "from 0.1 to 1000, got 0",
        ),
        (("replay", "--queue-url", "u", "--function", "f", "--max", "0"), "0 is not in the range"),
        (("list", "--queue-url", "u", "--since", "soon"), "such as 90s, 30m, 2h or 7d, got 'soon'"),
        (("list", "--queue-url", "u", "--since", "1h", "--until", "2h"), "--since must be earlier"),
        (("replay", "--nonsense"), "No such option"),
    ],
)
def test_a_usage_error_has_its_own_exit_code(
    operator: Operator, words: tuple[str, ...], text: str
) -> None:
    result = operator.types_exactly(*words)

    assert result.exit_code == 2
    assert text in result.stderr


def test_every_help_lists_the_exit_codes(operator: Operator) -> None:
    for command in ("list", "show", "replay", "purge"):
        text = operator.types_exactly(command, "--help").stdout
        for code in ("  0    done", "  1    something", "  2    usage", "  3    ", "  130  inter"):
            assert code in text
