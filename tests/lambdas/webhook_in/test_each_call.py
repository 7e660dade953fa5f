"""What becomes of a message: work for a genuine call, a count for a forged one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.queue_consumer import Message
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.shared.secrets import UnreadableSecretError
from serverless_runtime.shared.standard_webhooks import signature_headers
from serverless_runtime.webhook_in import Call, each_call
from serverless_runtime.webhook_in.genuine_calls import Source
from serverless_runtime.webhook_in.settings import Scheme
from serverless_runtime.webhook_in.signatures import ForgedError

KEY = b"a-key-a-key-a-key-a-key-a-key-a-key-"
SIGNED_AT = 1_772_357_400
BODY = '{"amount": 1200}'

_ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None, categories=None)),
    st.sampled_from(["msg_1", str(SIGNED_AT), "v1,\ud800", f"t={SIGNED_AT},v1=\udfff", "sha256="]),
)


class Receiver:
    """Keeps the calls that it was given."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.keys: Callable[[], list[bytes]] = lambda: [KEY]
        self.error: Exception | None = None

    def receive(self, *messages: dict[str, Any]) -> int:
        """Return how many of the messages come back."""
        sources = {
            "bank": Source(
                "bank", "standard-webhooks", keys=self.current_keys, tolerance_seconds=300
            ),
            "open": Source("open", "none", keys=None, tolerance_seconds=300),
        }
        handle = each_call(
            self._work,
            sources=lambda: sources,
            metrics=lambda: Counter("WebhookIn", "shop-dev-hooks"),
        )
        return len(handle({"Records": list(messages)}, None)["batchItemFailures"])

    def current_keys(self) -> list[bytes]:
        return self.keys()

    def _work(self, call: Call) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(call)


def a_message(source: str = "bank", *, key: bytes = KEY, **changed: Any) -> dict[str, Any]:
    """As Lambda delivers what the API has sent to the queue."""
    headers = signature_headers([key], "msg_1", SIGNED_AT, BODY.encode())
    attributes = {
        "headers": "|".join(headers.values()),
        "source": source,
        "receivedAtMs": str(SIGNED_AT * 1000 + 1500),
        "requestId": "r-1",
        **changed,
    }
    return {
        "messageId": "m-1",
        "receiptHandle": "handle",
        "body": BODY,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String"} for name, value in attributes.items()
        },
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:hooks",
    }


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def counted(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Metric and source of each count."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [
        (name, line["Source"]) for line in lines for name in ("Genuine", "Forged") if name in line
    ]


def test_a_genuine_call_is_worked_on_with_its_ids(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert receiver.receive(a_message()) == 0

    [call] = receiver.calls
    assert (call.source, call.event_id, call.correlation_id) == ("bank", "bank/msg_1", "r-1")
    assert (call.json(), call.received_at_ms) == ({"amount": 1200}, SIGNED_AT * 1000 + 1500)
    assert counted(capsys) == [("Genuine", "bank")]


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": ""},
        {"headers": "||"},
        {"headers": "msg_1|1772357400"},
        {"headers": "msg_1|1772357400|v1,x|v1,y"},
        # A caller writes it as \\ud800, which the API pastes into JSON.
        {"headers": "msg_1|1772357400|v1,\ud800"},
        {"headers": "msg_\ud800|1772357400|v1,x"},
        {"headers": "msg_1|\uff11\uff12|v1,x"},
        {"receivedAtMs": str((SIGNED_AT + 301) * 1000)},
    ],
)
def test_a_forged_call_is_counted_and_dropped(
    receiver: Receiver, capsys: pytest.CaptureFixture[str], changed: dict[str, Any]
) -> None:
    assert receiver.receive(a_message(**changed)) == 0

    assert receiver.calls == []
    assert counted(capsys) == [("Forged", "bank")]


@pytest.mark.parametrize("scheme", ["standard-webhooks", "github", "stripe"])
@given(
    headers=st.lists(_ANY_TEXT, max_size=4).map("|".join),
    body=st.one_of(st.just(BODY), _ANY_TEXT),
)
def test_whatever_a_forger_sends_it_is_dropped_and_never_a_dead_letter(
    scheme: Scheme, headers: str, body: str
) -> None:
    source = Source("bank", scheme, keys=lambda: [KEY], tolerance_seconds=300)
    record = a_message(headers=headers) | {"body": body}

    with pytest.raises(ForgedError):
        source.call_of(Message.from_record(record))


def test_forged_calls_do_not_hold_up_genuine_ones(receiver: Receiver) -> None:
    forged = a_message(key=b"another-key-another-key-another-key-")

    assert receiver.receive(forged, a_message(), forged) == 0
    assert len(receiver.calls) == 1


def test_the_sum_over_all_sources_is_emitted_for_the_alarm(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.receive(a_message(headers=""))

    [line] = [json.loads(each) for each in capsys.readouterr().out.splitlines() if "Forged" in each]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Component", "Source"], ["Component"]]


def test_a_call_whose_work_fails_comes_back(receiver: Receiver) -> None:
    receiver.error = ValueError("no such invoice")

    assert receiver.receive(a_message()) == 1


def test_a_call_waits_while_the_secret_cannot_be_read(receiver: Receiver) -> None:
    def unreadable() -> list[bytes]:
        raise UnreadableSecretError("no right", permanent=False)

    receiver.keys = unreadable

    assert receiver.receive(a_message()) == 1
    assert receiver.calls == []


def test_a_source_that_does_not_sign_is_identified_by_the_request(receiver: Receiver) -> None:
    receiver.receive(a_message("open", headers=""))

    assert [call.event_id for call in receiver.calls] == ["open/r-1"]


@pytest.mark.parametrize("missing", ["source", "receivedAtMs", "requestId"])
def test_a_message_that_the_api_has_not_sent_is_a_fault_and_no_forgery(
    receiver: Receiver, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    message = a_message()
    del message["messageAttributes"][missing]

    assert receiver.receive(message) == 1
    assert counted(capsys) == []


def test_the_body_is_verified_as_it_was_sent() -> None:
    """Text outside ASCII is the bytes of UTF-8 that were signed."""
    body = '{"name": "Zoë\u2028"}'
    headers = signature_headers([KEY], "msg_2", SIGNED_AT, body.encode())
    message = Message(
        message_id="m-2",
        body=body,
        attributes={
            "headers": "|".join(headers.values()),
            "receivedAtMs": str(SIGNED_AT * 1000),
            "requestId": "r-2",
        },
        queue_arn="arn:aws:sqs:eu-west-1:123456789012:hooks",
        receipt_handle="handle",
    )
    source = Source("bank", "standard-webhooks", keys=lambda: [KEY], tolerance_seconds=300)

    assert source.call_of(message).json() == {"name": "Zoë\u2028"}
