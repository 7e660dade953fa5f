"""One run of a program, and what can go wrong at each of its requests to AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

ATTEMPTS = {"dynamodb": 3, "lambda": 2, "sesv2": 1, "sqs": 4}
"""How often the SDK sends a request that fails in passing; a test compares it with the clients."""


class Died(BaseException):
    """The process is gone: killed, out of memory, timed out."""


class Fault(Enum):
    """What becomes of one request."""

    DIES_BEFORE = "the process dies before the request is sent"
    DIES_AFTER = "the process dies after the request took effect"
    LOST = "the request takes effect, its answer is lost"
    UNREACHED = "the request never arrives"
    BROKEN = "AWS answers 500 and has done nothing"
    THROTTLED = "AWS answers 429 and has done nothing"
    DENIED = "AWS answers 403 and has done nothing"
    ODD = "Lambda answers an invoke with 200, and has queued nothing"


_REPEATED = (ReadTimeoutError, ConnectTimeoutError)
_REFUSALS = {
    Fault.BROKEN: (500, "InternalServerError"),
    Fault.THROTTLED: (429, "ThrottlingException"),
    Fault.DENIED: (403, "AccessDeniedException"),
}


class Run:
    """A process with its own clients. Faults strike by the number of the request, from 0 on."""

    def __init__(
        self,
        world: Any,
        *,
        faults: Mapping[int, Fault] | None = None,
        timeout_seconds: float = float("inf"),
    ) -> None:
        self._world = world
        self._faults = dict(faults or {})
        self._ends_at = world.now + timeout_seconds
        self._requests = 0
        self._dead = False
        self.struck: list[tuple[str, Fault]] = []
        """Operations and the faults that really happened to them."""

        self.unrecorded: set[tuple[str, str]] = set()
        """What this run has sent and not recorded: event ids with their channel."""

    def seconds_left(self) -> float:
        """Return what Lambda tells the function about its time."""
        left: float = self._ends_at - self._world.now
        return left

    def client(self, service: str, backend: Any) -> Client:
        """Return something that behaves like a boto3 client of the service."""
        return Client(self, service, backend)

    def request(self, service: str, operation: str, effect: Callable[[], Any]) -> Any:
        """Send a request as the SDK does, again if it failed in passing."""
        for left in reversed(range(ATTEMPTS[service])):
            try:
                return self._send(operation, effect)
            except _REPEATED:
                if not left:
                    raise
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
                if not left or status not in (429, 500):
                    raise
        raise AssertionError("unreachable")

    def look_at_the_clock(self) -> None:
        """Be killed when the time is up, wherever the program is; it finds out when it goes on."""
        if not self._dead and self._world.now > self._ends_at:
            self._dead = True
            self._tell_of_window()

    def _send(self, operation: str, effect: Callable[[], Any]) -> Any:
        self._world.pause()
        fault = self._faults.get(self._requests)
        self._requests += 1
        self.look_at_the_clock()
        if self._dead:
            fault = Fault.DIES_BEFORE
        if fault is Fault.ODD and operation != "invoke":
            fault = None
        if fault is not None:
            self.struck.append((operation, fault))
        if fault is Fault.DIES_BEFORE:
            self._die()
        if fault is Fault.UNREACHED:
            self._tell_of_window()
            raise ConnectTimeoutError(endpoint_url="https://aws")
        if fault in _REFUSALS:
            self._tell_of_window()
            raise _refusal(*_REFUSALS[fault])
        if fault is Fault.ODD:
            return self._world.odd_answer()
        return self._answer(effect, fault)

    def _answer(self, effect: Callable[[], Any], fault: Fault | None) -> Any:
        error: ClientError | None = None
        answer: Any = None
        with self._world.on_behalf_of(self):
            try:
                answer = effect()
            except ClientError as raised:
                error = raised
        if fault is Fault.DIES_AFTER:
            self._die()
        if fault is Fault.LOST:
            self._tell_of_window()
            raise ReadTimeoutError(endpoint_url="https://aws")
        if error is not None:
            raise error
        return answer

    def _die(self) -> None:
        self._dead = True
        self._tell_of_window()
        raise Died

    def _tell_of_window(self) -> None:
        """The only excuse for sending twice: a fault between the provider's accept and our own."""
        for each in self.unrecorded:
            self._world.may_be_sent_again(each, self)


class Client:
    """One service's operations, each a request of the run's."""

    def __init__(self, run: Run, service: str, backend: Any) -> None:
        self._run = run
        self._service = service
        self._backend = backend

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        effect = getattr(self._backend, operation)
        return lambda **asked: self._run.request(self._service, operation, lambda: effect(**asked))

    def get_paginator(self, operation: str) -> Pages:
        return Pages(getattr(self, operation))


class Pages:
    """A paginator over answers that all fit one page; asks only when somebody looks."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def paginate(self, **asked: Any) -> Iterator[Any]:
        yield self._ask(**asked)


def _refusal(status: int, code: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Request")
