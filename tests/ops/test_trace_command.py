"""`trace` at a terminal: what is denied leaves a gap and is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ops.cli import commands
from ops.stack_outputs import CommandResult
from ops.surroundings import Surroundings
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES, OUTBOX, TARGET_ARN
from tests.ops.deliveries_table import Reader
from tests.ops.fakes import Overriding, Queue, refusal

EVENT = an_event()


def _denied(**_: Any) -> Any:
    raise refusal("AccessDeniedException", "GetFunctionConfiguration")


@pytest.fixture
def types(reader: Reader, queue: Queue) -> Any:
    """Type a command as somebody who may read the tables and the queue, but no function."""
    outputs = {
        "targetFunctionArn": TARGET_ARN,
        "deadLetterQueueUrl": queue.url,
        "deliveriesTableName": DELIVERIES,
        "outboxTableName": OUTBOX,
        "functionNames": {"send-notification": "notify"},
    }
    clients = {
        "dynamodb": reader.dynamodb,
        "sqs": queue.sqs,
        "lambda": Overriding(None, get_function_configuration=_denied),
    }
    surroundings = Surroundings(
        client=lambda service, access: clients[service],
        run=lambda words: CommandResult(0, json.dumps(outputs), ""),
        poll_seconds=0,
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, [*words, "--stack", "dev"], obj=surroundings)

    return run


def test_what_may_not_be_read_is_named_and_the_rest_is_told(
    types: Any, reader: Reader, queue: Queue
) -> None:
    reader.deliveries.complete(reader.started(EVENT, "sms"), "sns-1")
    queue.add_failed(EVENT.to_payload())

    result = types("trace", EVENT.task.task_id)

    assert result.exit_code == 0
    assert "deliveries\n    sms to s***@example.com: COMPLETED" in result.stdout
    assert "dead letters\n    dead-lettered, and waits for replay: MailboxFull" in result.stdout
    assert f"Now, event {EVENT.event_id}: 1 dead letters wait" in result.stdout
    assert "Not read: logs: not allowed" in result.stderr
    assert "it needs lambda:GetFunctionConfiguration on the functions" in result.stderr
    assert queue.visible() == 1


def test_nothing_found_while_something_was_not_read_is_exit_code_3(types: Any) -> None:
    result = types("trace", "complaint-1")

    assert result.exit_code == 3
    assert "nothing is known of complaint-1" in result.stderr


def test_no_id_has_spaces_or_quotes(types: Any) -> None:
    assert types("trace", 'a" b').exit_code == 2
