"""How often a call is made, and how long it waits in between."""

from __future__ import annotations

import zlib

import pytest

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.connections import Answer, Request
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    NoAnswerError,
    NotConnectedError,
    RefusedError,
)
from serverless_runtime.shared.aws.retries import Patience, RetryQuota, pause_seconds

BUSY = Answer(503, {}, b"")
DENIED = Answer(403, {"x-amzn-errortype": "AccessDeniedException"}, b"{}")
GOOD = Answer(200, {}, b"{}")
DAMAGED = Answer(200, {"x-amz-crc32": "1"}, b"{}")
SILENCE, AWAY = NoAnswerError("silence"), NotConnectedError("away")


class Script:
    """Fulfils `Transport`: does what is written, one line for each request."""

    def __init__(self, *lines: Answer | AwsCallError) -> None:
        self.lines = list(lines)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Answer:
        self.requests.append(request)
        line = self.lines.pop(0)
        if isinstance(line, AwsCallError):
            raise line
        return line


def an_api(script: Script, attempts: int = 3) -> Api:
    patience = Patience(connect_timeout=1, read_timeout=1, total_max_attempts=attempts)
    api = Api("dynamodb", patience, first_pause_seconds=0)
    api.transport = script
    return api


@pytest.mark.parametrize("trouble", [BUSY, DAMAGED, SILENCE, AWAY])
def test_what_may_pass_is_tried_again(trouble: Answer | AwsCallError) -> None:
    script = Script(trouble, trouble, GOOD)

    assert an_api(script).call("GetItem", "/", {}, b"{}") == GOOD

    assert {request.body for request in script.requests} == {b"{}"}
    assert len(script.requests) == 3


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_attempts_come_to_an_end(attempts: int) -> None:
    script = Script(*[BUSY] * 10)

    with pytest.raises(RefusedError, match="503"):
        an_api(script, attempts).call("GetItem", "/", {}, b"{}")

    assert len(script.requests) == attempts


def test_a_refusal_is_final() -> None:
    script = Script(DENIED, GOOD)

    with pytest.raises(RefusedError) as refused:
        an_api(script).call("GetItem", "/", {}, b"{}")

    assert (refused.value.code, len(script.requests)) == ("AccessDeniedException", 1)


def test_a_right_checksum_is_no_damage() -> None:
    good = Answer(200, {"x-amz-crc32": str(zlib.crc32(b"{}"))}, b"{}")

    assert an_api(Script(good), 1).call("GetItem", "/", {}, b"{}") == good


def test_an_outage_does_not_triple_the_load() -> None:
    script = Script(*[BUSY] * 1_000)
    api = an_api(script)

    for _ in range(100):
        with pytest.raises(RefusedError):
            api.call("GetItem", "/", {}, b"{}")

    assert len(script.requests) == 100 + 500 // 14


def test_successes_earn_repeats_again() -> None:
    quota = RetryQuota()
    while quota.take(SILENCE):
        pass

    for _ in range(14 - 500 % 14):
        assert not quota.take(SILENCE)
        quota.give_back(0)

    assert quota.take(SILENCE) == 14


THROTTLED = RefusedError("GetItem", 400, "ThrottlingException", "", {})


@pytest.mark.parametrize(
    ("error", "attempt", "headers", "low", "high"),
    [
        (SILENCE, 1, {}, 0, 0.025),
        (SILENCE, 3, {}, 0, 0.1),
        (THROTTLED, 1, {}, 0, 1),
        (THROTTLED, 20, {}, 0, 20),
        (THROTTLED, 1, {"x-amz-retry-after": "1500"}, 1.5, 1.5),
        (THROTTLED, 1, {"x-amz-retry-after": "60000"}, 5, 6),
        (SILENCE, 1, {"x-amz-retry-after": "soon"}, 0, 0.025),
    ],
)
def test_pauses_grow_and_are_random_and_longer_if_asked_for(
    *, error: AwsCallError, attempt: int, headers: dict[str, str], low: float, high: float
) -> None:
    def pause(chance: float) -> float:
        return pause_seconds(error, attempt, 0.025, headers, lambda: chance)

    assert pause(0.0) == pytest.approx(low)
    assert pause(1.0) == pytest.approx(high)
