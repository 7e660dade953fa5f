"""How often a call is made, and how long it waits in between."""

from __future__ import annotations

import zlib

import pytest

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ConnectError,
    ResponseError,
    ServiceError,
)
from serverless_runtime.shared.aws.retries import RetryQuota, delay_seconds
from serverless_runtime.shared.aws.service_client import ServiceClient
from tests.lambdas.waiting_transport import WaitingTransport

BUSY = Response(503, {}, b"")
DENIED = Response(403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}")
GOOD = Response(200, {}, b"{}")
DAMAGED = Response(200, {"x-amz-crc32": "1"}, b"{}")
LOST, AWAY = ResponseError("lost"), ConnectError("away")


class Script(WaitingTransport):
    """Implements `Transport`: plays one line for each request."""

    def __init__(self, *lines: Response | AwsCallError) -> None:
        self.lines = list(lines)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        line = self.lines.pop(0)
        if isinstance(line, AwsCallError):
            raise line
        return line


class Client(ServiceClient):
    def get(self) -> Response:
        response, _ = self._call("GetItem", "/", {}, b"{}")
        return response


def a_client(script: Script, attempts: int = 3) -> Client:
    config = ClientConfig(read_timeout=1, total_max_attempts=attempts)
    client = Client("dynamodb", config, first_delay_seconds=0)
    client.transport = script
    return client


@pytest.mark.parametrize("failure", [BUSY, DAMAGED, LOST, AWAY])
def test_a_transient_failure_is_retried(failure: Response | AwsCallError) -> None:
    script = Script(failure, failure, GOOD)

    assert a_client(script).get() == GOOD

    assert {request.body for request in script.requests} == {b"{}"}
    assert len(script.requests) == 3


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_attempts_come_to_an_end(attempts: int) -> None:
    script = Script(*[BUSY] * 10)

    with pytest.raises(ServiceError, match="503"):
        a_client(script, attempts).get()

    assert len(script.requests) == attempts


def test_another_error_is_not_retried() -> None:
    script = Script(DENIED, GOOD)

    with pytest.raises(ServiceError) as raised:
        a_client(script).get()

    assert (raised.value.response["Error"]["Code"], len(script.requests)) == (
        "AccessDeniedException",
        1,
    )


def test_a_correct_checksum_is_accepted() -> None:
    good = Response(200, {"x-amz-crc32": str(zlib.crc32(b"{}"))}, b"{}")

    assert a_client(Script(good), 1).get() == good


def test_an_outage_does_not_triple_the_load() -> None:
    script = Script(*[BUSY] * 1_000)
    client = a_client(script)

    for _ in range(100):
        with pytest.raises(ServiceError):
            client.get()

    assert len(script.requests) == 100 + 500 // 14


def test_successes_earn_retries_again() -> None:
    quota = RetryQuota()
    while quota.acquire(LOST):
        pass

    for _ in range(14 - 500 % 14):
        assert not quota.acquire(LOST)
        quota.release(0)

    assert quota.acquire(LOST) == 14


THROTTLED = ServiceError(
    {"Error": {"Code": "ThrottlingException", "Message": ""}, "ResponseMetadata": {}}, "GetItem"
)


@pytest.mark.parametrize(
    ("error", "attempt", "headers", "low", "high"),
    [
        (LOST, 1, {}, 0, 0.025),
        (LOST, 3, {}, 0, 0.1),
        (THROTTLED, 1, {}, 0, 1),
        (THROTTLED, 20, {}, 0, 20),
        (THROTTLED, 1, {"x-amz-retry-after": "1500"}, 1.5, 1.5),
        (THROTTLED, 1, {"x-amz-retry-after": "60000"}, 5, 6),
        (LOST, 1, {"x-amz-retry-after": "soon"}, 0, 0.025),
    ],
)
def test_delays_grow_and_are_random_and_longer_if_the_service_requests_it(
    *, error: AwsCallError, attempt: int, headers: dict[str, str], low: float, high: float
) -> None:
    def delay(jitter: float) -> float:
        return delay_seconds(error, attempt, 0.025, headers, lambda: jitter)

    assert delay(0.0) == pytest.approx(low)
    assert delay(1.0) == pytest.approx(high)


@pytest.mark.parametrize(
    ("error", "attempt", "headers", "low", "high"),
    [
        (LOST, 1, {"x-amz-retry-after": "30"}, 0.03, 0.03),
        (LOST, 1, {"x-amz-retry-after": "20"}, 0.02, 0.025),
        (LOST, 1, {"x-amz-retry-after": "5001"}, 5, 5.001),
        (LOST, 1, {"x-amz-retry-after": ""}, 0, 0.025),
        (LOST, 1, {"x-amz-retry-after": "\u0661"}, 0, 0.025),
        (LOST, 2, {}, 0, 0.05),
        (LOST, 10, {}, 0, 12.8),
        (LOST, 11, {}, 0, 20),
        (THROTTLED, 2, {}, 0, 2),
        (THROTTLED, 5, {}, 0, 16),
        (THROTTLED, 6, {}, 0, 20),
    ],
)
def test_each_delay_is_between_its_limits(
    *, error: AwsCallError, attempt: int, headers: dict[str, str], low: float, high: float
) -> None:
    delays = [
        delay_seconds(error, attempt, 0.025, headers, lambda: 0.0),
        delay_seconds(error, attempt, 0.025, headers, lambda: 1.0),
    ]

    assert delays == pytest.approx([low, high])


def test_a_quota_pays_for_each_retry_and_is_refunded_by_successes() -> None:
    quota = RetryQuota()
    assert [quota.acquire(LOST), quota.acquire(THROTTLED)] == [14, 5]
    quota.release(14)
    quota.release(5)

    # Never more than there was.
    quota.release(0)
    assert len([None for _ in range(200) if quota.acquire(THROTTLED)]) == 500 // 5
    quota.release(4)
    assert quota.acquire(THROTTLED) == 0
    quota.release(0)
    assert quota.acquire(THROTTLED) == 5
    assert quota.acquire(THROTTLED) == 0


@pytest.mark.parametrize(
    ("status", "is_error"), [(200, False), (299, False), (300, False), (301, True), (400, True)]
)
def test_an_answer_is_an_error_from_301_on(status: int, *, is_error: bool) -> None:
    client = a_client(Script(Response(status, {}, b"{}")), 1)

    if not is_error:
        assert client.get().status == status
        return
    with pytest.raises(ServiceError) as raised:
        client.get()
    assert raised.value.response["ResponseMetadata"] == {
        "HTTPStatusCode": status,
        "HTTPHeaders": {},
        "RetryAttempts": 0,
        "MaxAttemptsReached": True,
    }


def test_an_error_tells_how_often_was_tried_and_why_no_more() -> None:
    with pytest.raises(ServiceError, match=r"\(reached max retries: 2\)") as raised:
        a_client(Script(BUSY, BUSY, BUSY)).get()
    metadata = raised.value.response["ResponseMetadata"]
    assert (metadata["RetryAttempts"], metadata["MaxAttemptsReached"]) == (2, True)

    client = a_client(Script(*[BUSY] * 100))
    while client._quota.acquire(LOST):
        pass
    with pytest.raises(ServiceError, match=r"operation: ") as raised:
        client.get()
    metadata = raised.value.response["ResponseMetadata"]
    assert (metadata["RetryAttempts"], metadata["RetryQuotaReached"]) == (0, True)
    assert "MaxAttemptsReached" not in metadata
