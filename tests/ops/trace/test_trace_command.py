"""`trace` at a terminal: what is denied leaves a gap and is named."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result

from serverless_ops.cli import commands
from serverless_ops.context import Context
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES, OUTBOX, TARGET_ARN
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, Queue, ended, service_error, stack_outputs

EVENT = an_event()


def _denied(**_: Any) -> Any:
    raise service_error("AccessDeniedException", "GetFunctionConfiguration")


@pytest.fixture
def receive(queue: Queue) -> list[Any]:
    """What SQS does when it is asked for messages: the last of these."""
    return [queue.sqs.receive_message]


@pytest.fixture
def types(reader: Reader, queue: Queue, receive: list[Any]) -> Any:
    """Type a command as an operator who may read the tables and the queue, but no function."""
    outputs = stack_outputs(
        deadLetters={
            "task-events": {"kind": "invocation", "queueUrl": queue.url, "targetArn": TARGET_ARN}
        },
        outboxes={"task-events": {"tableName": OUTBOX, "relayFunctionName": "relay"}},
        deliveries={"notifications": {"tableName": DELIVERIES}},
        functions={"send-notification": "notify"},
    )

    def receive_last(**arguments: Any) -> Any:
        return receive[-1](**arguments)

    clients = {
        "dynamodb": reader.dynamodb,
        "sqs": Overriding(queue.sqs, receive_message=receive_last),
        "lambda": Overriding(None, get_function_configuration=_denied),
    }
    context = Context(
        client=lambda service, connection: clients[service],
        run=lambda words: ended(0, outputs),
        poll_seconds=0,
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, [*words, "--stack", "dev"], obj=context)

    return run


def test_what_may_not_be_read_is_named_and_the_rest_is_shown(
    types: Any, reader: Reader, queue: Queue
) -> None:
    reader.deliveries.complete(reader.started(EVENT, "sms"), "sns-1")
    queue.add_failed(EVENT.to_payload())

    result = types("trace", EVENT.task.task_id)

    assert result.exit_code == 0
    assert "deliveries\n    sms to s***@example.com: COMPLETED" in result.stdout
    assert "dead letters\n    dead-lettered, waiting for replay: MailboxFull" in result.stdout
    assert f"Now, event {EVENT.event_id}: 1 dead letter" in result.stdout
    assert "Not read: logs: access denied" in result.stderr
    assert "it needs lambda:GetFunctionConfiguration on the functions" in result.stderr
    assert queue.visible() == 1


def test_nothing_found_while_something_was_not_read_is_exit_code_3(types: Any) -> None:
    result = types("trace", "complaint-1")

    assert result.exit_code == 3
    assert "nothing is known about complaint-1" in result.stderr


def test_dead_letters_that_another_reader_holds_are_not_read(types: Any, queue: Queue) -> None:
    queue.add_failed(EVENT.to_payload())
    queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=60)

    result = types("trace", EVENT.event_id)

    assert "Not read: dead letters task-events: about 1 are hidden" in result.stderr


def test_dead_letters_that_sqs_does_not_return_count_as_not_read_too(
    types: Any, queue: Queue, receive: list[Any]
) -> None:
    for _ in range(3):
        queue.add_failed(EVENT.to_payload())
    queue.sqs.receive_message(QueueUrl=queue.url, VisibilityTimeout=60)
    receive.append(lambda **_: {})

    result = types("trace", EVENT.event_id)

    assert "Not read: dead letters task-events: about 3 are hidden" in result.stderr


def test_no_id_has_spaces_or_quotes(types: Any) -> None:
    assert types("trace", 'a" b').exit_code == 2
