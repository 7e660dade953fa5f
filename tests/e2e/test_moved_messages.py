"""Messages that SQS moved after their last receive return to their queue, in the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from local.wait import wait_until

GROUPS = 5


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_instance("e2e") as running:
        yield running


def _fail(emulator: Emulator, bodies: list[str], suffix: str) -> tuple[str, str]:
    """Send messages that are received once and not deleted; return their queue and the other."""
    sqs = emulator.client("sqs")
    fifo = {"FifoQueue": "true"} if suffix else {}
    name = f"orders-{len(bodies)}"
    moved = sqs.create_queue(QueueName=f"{name}-moved{suffix}", Attributes=fifo)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=moved, AttributeNames=["QueueArn"])["Attributes"]
    policy = json.dumps({"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 1})
    attributes = {**fifo, "RedrivePolicy": policy}
    source = sqs.create_queue(QueueName=f"{name}{suffix}", Attributes=attributes)["QueueUrl"]
    for number, body in enumerate(bodies):
        group = {"MessageGroupId": f"g-{number % GROUPS}", "MessageDeduplicationId": str(number)}
        sqs.send_message(
            QueueUrl=source,
            MessageBody=body,
            MessageAttributes={"n": {"DataType": "Number", "StringValue": f"{number}.10"}},
            **(group if suffix else {}),
        )
    wait_until(
        lambda: _receive(sqs, source, seconds=0) == [] and _waiting(sqs, moved) == len(bodies),
        "the messages to be moved",
        seconds=60,
    )
    return source, moved


def _receive(sqs: Any, url: str, seconds: int) -> list[Any]:
    received = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=seconds,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    return list(received.get("Messages", []))


def _waiting(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _drain(sqs: Any, url: str) -> list[tuple[str | None, str, str]]:
    """Return group, body and number of everything in a queue, in order, and empty it."""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    found = []
    while messages := _receive(sqs, url, seconds=60):
        for each in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            group = each["Attributes"].get("MessageGroupId")
            found.append((group, each["Body"], each["MessageAttributes"]["n"]["StringValue"]))
    return found


def _ops(emulator: Emulator, outputs: Path, *words: str) -> subprocess.Popen[str]:
    keys = json.loads(emulator.log.with_name("credentials.json").read_text())
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": keys["accessKey"],
        "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "*",
    }
    url = f"http://127.0.0.1:{emulator.port}"
    command = [
        *(sys.executable, "-m", "serverless_ops", "dead-letters", *words),
        "--outputs",
        str(outputs),
    ]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and arguments
        [*command, "--endpoint-url", url],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _outputs(folder: Path, moved: str, **more: str) -> Path:
    entry = {"kind": "message", "queueUrl": moved, **more}
    file = folder / "outputs.json"
    file.write_text(json.dumps({"operations": {"deadLetters": {"orders": entry}}}))
    return file


def test_each_group_of_a_fifo_queue_keeps_its_order(emulator: Emulator, tmp_path: Path) -> None:
    bodies = [f"{number}" for number in range(40)]
    source, moved = _fail(emulator, bodies, ".fifo")
    sqs = emulator.client("sqs")

    replay = _ops(emulator, _outputs(tmp_path, moved), "replay", "--apply", "--rate", "1000")
    text, errors = replay.communicate(timeout=300)

    assert replay.returncode == 0, text + errors
    back = _drain(sqs, source)
    for group in range(GROUPS):
        expected = [body for body in bodies if int(body) % GROUPS == group]
        assert [body for each, body, _ in back if each == f"g-{group}"] == expected
