"""Dead letters of two kinds, a signal and a lost connection: all arrive, none is lost."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from local.testing import sized
from local.wait import wait_until
from tests.e2e.cut_connection import Wire, wire

COUNT = sized(150, full=2_500)
SECONDS = sized(60, full=900)
HIDDEN_SECONDS = sized(0, full=900)
"""What a cut-off run had received is visible again after five minutes; too long for every day."""

_BATCH = 10
_TARGET = """
import os

def handle(event, context):
    with open(os.environ["RECEIVED"], "a") as file:
        file.write(event["id"] + "\\n")
"""


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """COUNT dead letters of one kind, each known by its id, and where a replay takes them."""

    queue_url: str
    entry: dict[str, str]
    """What the stack's output says of the queue."""

    delivered: Callable[[], Counter[str]]
    """The ids that have arrived at the target."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_instance("e2e") as running:
        yield running


def _send(sqs: Any, url: str, bodies: list[str]) -> None:
    for start in range(0, len(bodies), _BATCH):
        batch = enumerate(bodies[start : start + _BATCH])
        entries = [{"Id": str(place), "MessageBody": body} for place, body in batch]
        assert not sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed")


def _waiting(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _messages(emulator: Emulator, folder: Path) -> DeadLetters:
    """Messages that SQS moved after their last receive."""
    sqs = emulator.client("sqs")
    moved = sqs.create_queue(QueueName="moved")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=moved, AttributeNames=["QueueArn"])["Attributes"]
    policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 1}
    attributes = {"RedrivePolicy": json.dumps(policy)}
    source = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
    _send(sqs, source, [json.dumps({"id": f"m-{number}"}) for number in range(COUNT)])

    def are_moved() -> bool:
        while sqs.receive_message(
            QueueUrl=source, MaxNumberOfMessages=_BATCH, VisibilityTimeout=0
        ).get("Messages"):
            pass
        return _waiting(sqs, moved) == COUNT

    wait_until(are_moved, "the messages to be moved", seconds=SECONDS)
    sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": ""})
    received: Counter[str] = Counter()

    def delivered() -> Counter[str]:
        while messages := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=_BATCH).get(
            "Messages"
        ):
            for each in messages:
                received[json.loads(each["Body"])["id"]] += 1
                sqs.delete_message(QueueUrl=source, ReceiptHandle=each["ReceiptHandle"])
        return received

    return DeadLetters(
        queue_url=moved, entry={"kind": "message", "queueUrl": moved}, delivered=delivered
    )


def _invocations(emulator: Emulator, folder: Path) -> DeadLetters:
    """What Lambda writes of an event that a function failed to process."""
    received, archive = folder / "received", io.BytesIO()
    received.touch()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("target.py", _TARGET)
    role = emulator.client("iam").create_role(RoleName="target", AssumeRolePolicyDocument="{}")
    target = emulator.client("lambda").create_function(
        FunctionName="target",
        Runtime="python3.12",
        Handler="target.handle",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"RECEIVED": str(received)}},
    )["FunctionArn"]
    sqs = emulator.client("sqs")
    queue = sqs.create_queue(QueueName="failed")["QueueUrl"]
    _send(sqs, queue, [_record(f"i-{number}", target) for number in range(COUNT)])
    return DeadLetters(
        queue_url=queue,
        entry={"kind": "invocation", "queueUrl": queue, "targetArn": target},
        delivered=lambda: Counter(received.read_text().split()),
    )


def _record(event_id: str, target: str) -> str:
    event = {"specversion": "1.0", "id": event_id, "source": "/", "type": "t", "replays": 0}
    context = {"functionArn": target, "requestId": event_id, "condition": "RetriesExhausted"}
    failure = {"errorType": "OSError", "errorMessage": "closed"}
    return json.dumps(
        {"requestContext": context, "requestPayload": event, "responsePayload": failure}
    )


class Replays:
    """Runs of `replay --apply`, as an operator types it."""

    def __init__(self, emulator: Emulator, folder: Path, dead_letters: DeadLetters) -> None:
        keys = json.loads(emulator.log.with_name("credentials.json").read_text())
        self._environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": keys["accessKey"],
            "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        outputs = folder / "outputs.json"
        outputs.write_text(
            json.dumps({"operations": {"deadLetters": {"failed": dead_letters.entry}}})
        )
        self.audit = folder / "audit"
        self._words = (
            *("replay", "--apply", "--rate", "1000", "--json"),
            *("--outputs", str(outputs), "--audit", str(self.audit)),
            *("--endpoint-url", f"http://127.0.0.1:{emulator.port}"),
        )

    def start(self, through: Wire | None = None) -> subprocess.Popen[str]:
        """Start a run; what it says to the emulator goes through a wire, if there is one."""
        proxy = {"HTTP_PROXY": f"http://127.0.0.1:{through.port}"} if through else {}
        return subprocess.Popen(  # noqa: S603 -- our own interpreter and arguments
            [sys.executable, "-m", "serverless_ops", "dead-letters", *self._words],
            env={**self._environment, **proxy, "NO_PROXY": "" if through else "*"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def replayed(self) -> int:
        """How many dead letters have been replayed, by all runs."""
        return self._audited('"replayed"')

    def unconfirmed(self) -> int:
        """How many were accepted, and may be gone, although no deletion was confirmed."""
        return self._audited("did not confirm the deletion")

    def _audited(self, text: str) -> int:
        return self.audit.read_text().count(text) if self.audit.exists() else 0

    def when(self, count: int) -> None:
        """Wait until so many dead letters have been replayed."""
        wait_until(self.replayed, "replays", seconds=SECONDS, enough=lambda number: number >= count)


@pytest.mark.parametrize("fail", [_messages, _invocations])
def test_what_was_sent_is_what_was_delivered_and_what_is_still_there(
    fail: Callable[[Emulator, Path], DeadLetters], emulator: Emulator, tmp_path: Path
) -> None:
    dead_letters, sqs = fail(emulator, tmp_path), emulator.client("sqs")
    replays = Replays(emulator, tmp_path, dead_letters)

    interrupted = replays.start()
    replays.when(COUNT // 4)
    interrupted.send_signal(signal.SIGTERM)
    first = interrupted.communicate(timeout=SECONDS)
    assert interrupted.returncode == 130, first
    assert replays.replayed() + _waiting(sqs, dead_letters.queue_url) == COUNT

    with wire(emulator.port) as connection:
        cut_off = replays.start(connection)
        replays.when(COUNT // 2)
        connection.cut()
        second = cut_off.communicate(timeout=SECONDS)
    assert cut_off.returncode == 3, second
    assert "stay hidden from every reader, until" in json.loads(second[0])["still_hidden"]
    waiting = _waiting(sqs, dead_letters.queue_url)
    lost_answers = replays.unconfirmed()
    assert lost_answers in (0, 1), "the cut takes the answer of one request at most"
    assert replays.replayed() + waiting in range(COUNT - lost_answers, COUNT + 1)

    third = replays.start()
    text, errors = third.communicate(timeout=SECONDS)
    assert third.returncode == 1, text + errors
    assert json.loads(text)["hidden"] == waiting
    found = wait_until(
        dead_letters.delivered,
        "the deliveries",
        seconds=SECONDS,
        enough=lambda ids: ids.total() + waiting >= COUNT,
    )
    assert found.total() + waiting in (COUNT, COUNT + 1), "one was sent, and is kept"
    assert len(found) >= replays.replayed() + lost_answers
    if HIDDEN_SECONDS:
        _replay_the_rest(replays)
        wait_until(
            dead_letters.delivered, "all", seconds=SECONDS, enough=lambda ids: len(ids) == COUNT
        )
        assert dead_letters.delivered().total() <= COUNT + 1


def _replay_the_rest(replays: Replays) -> None:
    """Type the command again until nothing is hidden any more."""

    def ends() -> int:
        run = replays.start()
        run.communicate(timeout=SECONDS)
        return run.returncode

    wait_until(ends, "what was hidden", seconds=HIDDEN_SECONDS, enough=lambda code: code == 0)
