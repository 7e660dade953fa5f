"""Routes that respond before the work is done: a 202 is true, and everything else says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.robust_api.handlers import hand_off, put_on_bus
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ConnectError
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.robust_api.routed import Answer, ask
from tests.lambdas.tables import OUTBOX

ORDER = b'{"productId": "tea", "cents": 9.50}'
OBJECTS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Co"]), max_size=5),
    st.integers(-(2**53), 2**53) | st.booleans() | st.none() | st.just(["x", {"y": 1}]),
    max_size=4,
)


@pytest.fixture(autouse=True)
def routes(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    given = {
        "EVENT_TYPE": "order.placed",
        "EVENT_SOURCE": "/front",
        "BUS_NAME": "happenings",
        "SOURCE": "shop",
        "DETAIL_TYPE": "restocked",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"ROUTE_{name}", value)
    for module in (hand_off, put_on_bus):
        module._settings.cache_clear()
    yield
    for module in (hand_off, put_on_bus):
        module._settings.cache_clear()


def order(body: bytes = ORDER, headers: Mapping[str, str] | None = None) -> Answer:
    return ask(hand_off.handle, "POST /orders", body=body, headers=headers)


def restock(body: bytes = ORDER) -> Answer:
    return ask(put_on_bus.handle, "POST /restocks", body=body)


def outbox() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = aws.boto3_client("dynamodb").scan(TableName=OUTBOX)["Items"]
    return items


class EventBridge:
    """Answers PutEvents, and keeps what it was sent."""

    def __init__(self, *answers: Response | Exception) -> None:
        self._answers = list(answers)
        self.entries: list[dict[str, Any]] = []

    def send(self, request: Request) -> Response:
        self.entries += json.loads(request.body)["Entries"]
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def says(**entry: str) -> Response:
    failed = int("ErrorCode" in entry)
    document = {"FailedEntryCount": failed, "Entries": [entry]}
    return Response(200, {}, json.dumps(document).encode())


def play(monkeypatch: pytest.MonkeyPatch, *answers: Response | Exception) -> EventBridge:
    played = EventBridge(*answers)
    monkeypatch.setattr(aws.client("events"), "transport", played)
    return played


def test_an_order_is_handed_off_as_it_was_sent(recorded_lambda: RecordedLambda) -> None:
    answer = order(headers={"x-correlation-id": "shop-1"})

    assert answer.status == 202
    [sent] = recorded_lambda.payloads
    assert (sent["id"], sent["type"], sent["source"]) == (
        answer.body["eventId"],
        "order.placed",
        "/front",
    )
    assert sent["data"] == json.loads(ORDER)
    assert sent["correlationid"] == answer.body["requestId"] == "shop-1"


def test_an_order_that_lambda_does_not_take_now_is_in_the_outbox(
    recorded_lambda: RecordedLambda,
) -> None:
    recorded_lambda.status = 429

    answer = order()

    assert answer.status == 202
    [row] = outbox()
    assert row["event_id"]["S"] == answer.body["eventId"]


def test_an_order_that_is_not_in_the_outbox_is_not_accepted(
    recorded_lambda: RecordedLambda,
) -> None:
    busy = b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}'
    with aws.client("dynamodb").transport.watched("PutItem", lambda _: Response(400, {}, busy)):
        answer = order()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert recorded_lambda.payloads == []


def test_a_repeated_request_is_the_same_event_if_the_client_says_so(
    recorded_lambda: RecordedLambda,
) -> None:
    key = {"idempotency-key": "order-1"}
    elsewhere = ask(hand_off.handle, "POST /gifts", body=ORDER, headers=key)
    first, again, other, keyless = order(ORDER, key), order(ORDER, key), order(b"{}", key), order()

    ids = [each.body["eventId"] for each in (first, again, other, keyless, elsewhere)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=OBJECTS)
def test_any_object_becomes_the_detail_byte_by_byte(
    monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    body = json.dumps(document, indent=1).encode()
    bus = play(monkeypatch, says(EventId="e-1"))

    answer = restock(body)

    assert (answer.status, answer.body["eventId"]) == (202, "e-1")
    assert bus.entries == [
        {
            "EventBusName": "happenings",
            "Source": "shop",
            "DetailType": "restocked",
            "Detail": body.decode(),
        }
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 503),
        ("InternalFailure", 503),
        ("MalformedDetail", 400),
        ("NotAuthorizedForSourceException", 500),
    ],
)
def test_an_event_that_eventbridge_has_not_taken_is_not_accepted_although_it_responds_200(
    monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    play(monkeypatch, says(ErrorCode=code, ErrorMessage="m"))

    assert restock().status == status


@pytest.mark.parametrize(
    "failure", [ConnectError("none"), Response(503, {}, b""), Response(500, {}, b"")]
)
def test_an_eventbridge_that_is_down_is_a_503_after_one_retry(
    monkeypatch: pytest.MonkeyPatch, failure: Response | Exception
) -> None:
    bus = play(monkeypatch, failure)

    assert restock().status == 503
    assert len(bus.entries) == 2

    play(monkeypatch, failure, says(EventId="e-1"))
    assert restock().status == 202


@pytest.mark.parametrize("post", [order, restock])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'"tea"', 400),
        (b'{"a": 1', 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a": "' + 200_000 * b"x" + b'"}', 413),
    ],
)
def test_what_could_be_no_event_is_refused_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
    recorded_lambda: RecordedLambda,
    post: Any,
    body: bytes,
    status: int,
) -> None:
    bus = play(monkeypatch, says(EventId="e-1"))

    assert post(body).status == status
    assert (bus.entries, recorded_lambda.payloads) == ([], [])


@pytest.mark.parametrize("handle", [hand_off.handle, put_on_bus.handle])
def test_the_event_says_who_has_called(
    monkeypatch: pytest.MonkeyPatch, recorded_lambda: RecordedLambda, handle: Any
) -> None:
    monkeypatch.setenv("ROUTE_FIELDS", '{"customer": "$context.authorizer.claims.sub"}')
    bus = play(monkeypatch, says(EventId="e-1"))
    who = {"jwt": {"claims": {"sub": "c-1"}}}

    answer = ask(handle, "POST /x", body=b'{"a": 1}', authorizer=who)

    assert (answer.status, ask(handle, "POST /x", body=b'{"a": 1}').status) == (202, 403)
    sent = [json.loads(each["Detail"]) for each in bus.entries]
    assert [*sent, *(each["data"] for each in recorded_lambda.payloads)] == [
        {"customer": "c-1", "a": 1}
    ]
