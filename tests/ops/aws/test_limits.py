"""How long a client waits, to the second."""

from __future__ import annotations

import io
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from serverless_ops.aws.clients import Clients, Connection, Keys
from serverless_ops.aws.waiting import LIMITS, Limits, SilentEndpointError, Waiting, announced
from tests.ops.fakes import Clock, service_error

LOCAL = Connection(
    region="eu-west-1", endpoint_url="http://127.0.0.1:1", local=True, keys=Keys("key", "secret")
)


def test_a_client_waits_as_long_as_is_documented() -> None:
    assert Limits(notice=5, connect=5, attempt=9, give_up=30) == LIMITS


@pytest.mark.parametrize(("service", "attempts"), [("lambda", 1), ("sqs", 3), ("dynamodb", 3)])
def test_a_client_has_the_limits_of_its_run(service: str, attempts: int) -> None:
    limits = Limits(connect=2, attempt=3)

    client = Clients(Waiting(limits=limits))(service, LOCAL)

    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 3)
    assert config.retries == {"mode": "standard", "total_max_attempts": attempts}
    assert config.proxies == {}
    assert (client.meta.region_name, client.meta.endpoint_url) == (
        "eu-west-1",
        "http://127.0.0.1:1",
    )
    found = client._request_signer._credentials
    assert (found.access_key, found.secret_key) == ("key", "secret")


def _call(waiting: Waiting, respond: Any, url: str = "https://x") -> Any:
    client = SimpleNamespace(
        meta=SimpleNamespace(endpoint_url=url, service_model=SimpleNamespace(service_name="sqs")),
        _make_api_call=lambda operation, arguments: respond(),
    )
    waiting.limit(client)
    return lambda: client._make_api_call("Receive", {})


class Endpoint:
    """Takes so many seconds and raises, or responds."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.takes = 0.0
        self.raises: Exception | None = ReadTimeoutError(endpoint_url="https://x")
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        self.clock.seconds += self.takes
        if self.raises is not None:
            raise self.raises
        return {}


@pytest.mark.parametrize(("takes", "gives_up"), [(21.0, False), (21.1, True), (0.0, False)])
def test_an_endpoint_is_given_up_once_another_attempt_would_not_fit(
    takes: float, *, gives_up: bool
) -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes = takes
    call = _call(Waiting(clock=endpoint.clock), endpoint)

    with pytest.raises(ReadTimeoutError):
        call()
    with pytest.raises(SilentEndpointError if gives_up else ReadTimeoutError):
        call()

    assert endpoint.calls == (1 if gives_up else 2)


@pytest.mark.parametrize(("later", "tried"), [(29.9, False), (30.0, True), (31.0, True)])
def test_what_was_given_up_is_tried_again_half_a_minute_later(later: float, *, tried: bool) -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes, endpoint.raises = 25, ConnectTimeoutError(endpoint_url="https://x")
    call = _call(Waiting(clock=endpoint.clock), endpoint)
    with pytest.raises(ConnectTimeoutError):
        call()

    endpoint.clock.seconds += later
    endpoint.takes, endpoint.raises = 0, None

    if tried:
        assert call() == {}
    else:
        with pytest.raises(SilentEndpointError, match="https://x has not responded for 25 s"):
            call()


@pytest.mark.parametrize("answer", [None, service_error("AccessDenied")])
def test_any_answer_ends_a_silence(answer: Exception | None) -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes = 20
    timeout = endpoint.raises
    call = _call(Waiting(clock=endpoint.clock), endpoint)
    for raises in (timeout, answer, timeout, answer):
        endpoint.raises = raises
        if raises is None:
            assert call() == {}
        else:
            with pytest.raises(type(raises)):
                call()

    assert endpoint.calls == 4


def test_a_body_is_read_with_the_response() -> None:
    class Closing(io.BytesIO):
        reads = 0

        def read(self, *arguments: Any) -> bytes:
            Closing.reads += 1
            return super().read(*arguments)

    response = _call(Waiting(), lambda: {"Payload": Closing(b"x"), "StatusCode": 200})()

    assert Closing.reads == 1
    assert (response["Payload"].read(), response["StatusCode"]) == (b"x", 200)


def test_neither_a_call_nor_a_notice_keeps_the_program_from_ending() -> None:
    call = _call(Waiting(), lambda: {"daemon": threading.current_thread().daemon})

    with announced("another program"):
        timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]

    assert call() == {"daemon": True}
    assert {each.daemon for each in timers} == {True}


def test_a_call_that_took_long_is_announced_even_if_it_ends_first(
    capfd: pytest.CaptureFixture[str],
) -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes = LIMITS.notice

    with pytest.raises(ReadTimeoutError):
        _call(Waiting(clock=endpoint.clock), endpoint)()

    assert capfd.readouterr().err == "Waiting for sqs at https://x (Receive) …\n"


def test_a_call_that_never_ends_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    never = threading.Event()
    limits = Limits(notice=0.01, attempt=0.05, give_up=0.5)
    call = _call(Waiting(limits=limits), never.wait)

    with pytest.raises(SilentEndpointError, match=r"https://x has not responded for \d s"):
        call()

    never.set()
    assert capfd.readouterr().err == "Waiting for sqs at https://x (Receive) …\n"


@pytest.mark.parametrize(("silent_for", "responds"), [(0.0, True), (59.9, False)])
def test_a_call_has_what_earlier_ones_have_left_of_the_time(
    silent_for: float, *, responds: bool
) -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes = silent_for
    limits = Limits(attempt=0.1, give_up=60)
    waiting = Waiting(clock=endpoint.clock, limits=limits)
    with pytest.raises(ReadTimeoutError):
        _call(waiting, endpoint)()

    ended = threading.Event()
    slow = _call(waiting, lambda: {"ended": ended.wait(0.1 if responds else 20)})

    if responds:
        assert slow() == {"ended": False}
    else:
        with pytest.raises(SilentEndpointError):
            slow()
    ended.set()


def test_one_that_was_silent_for_longer_than_the_limit_is_heard_again() -> None:
    endpoint = Endpoint(Clock())
    endpoint.takes = 40
    waiting = Waiting(clock=endpoint.clock)
    with pytest.raises(ReadTimeoutError):
        _call(waiting, endpoint)()
    endpoint.clock.seconds += 30

    assert _call(waiting, lambda: {"late": threading.Event().wait(0.05)})() == {"late": False}
