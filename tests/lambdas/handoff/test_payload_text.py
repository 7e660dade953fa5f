"""A payload stays the text that it was, on every way that an event can take."""

from __future__ import annotations

import json

from hypothesis import given

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.kinds import invocation
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import event_of, row_of
from serverless_runtime.handoff.relay.rejected import add_dead_letter
from tests.lambdas.json_texts import json_texts


class Queue:
    """Keeps what is sent to it."""

    body = ""

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        self.body = MessageBody


@given(json_texts)
def test_every_digit_arrives_by_the_outbox_and_by_a_replay(text: str) -> None:
    event = Event(event_id="e", correlation_id="c", payload=text.encode())
    data = f',"data":{text}}}'

    stored = event_of(row_of(event, 1))
    assert stored.payload == text.encode()
    assert stored.to_wire().decode().endswith(f'"replays":0{data}')

    queue = Queue()
    add_dead_letter("url", stored, NeverAcceptedError("no", "Type", "arn:aws:lambda:x"), queue)
    letter = DeadLetter.from_message({"MessageId": "m", "Body": queue.body}, invocation.read)
    assert letter.problem is None
    assert letter.counted_payload().endswith(f'"replays":1{data}')

    # Lambda's own failure record has what it was invoked with, as text.
    record = json.dumps({"requestContext": {"functionArn": "arn"}, "responsePayload": {}})
    body = f'{record[:-1]}, "requestPayload": {letter.counted_payload()}}}'
    again = DeadLetter.from_message({"MessageId": "m", "Body": body}, invocation.read)
    assert again.counted_payload().endswith(f'"replays":2{data}')
