"""One run of a program, and what can go wrong at each of its requests to AWS."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

ATTEMPTS = {"dynamodb": 3, "lambda": 2, "sesv2": 1, "sqs": 4}
"""How often a request is sent that fails for a transient reason; a test compares the clients."""


class Died(BaseException):
    """The process is gone: killed, out of memory, timed out."""


class Fault(Enum):
    """What becomes of one request."""

    DIES_BEFORE = "the process dies before the request is sent"
    DIES_AFTER = "the process dies after the request took effect"
    LOST = "the request takes effect, its response is lost"
    UNREACHED = "the request never arrives"
    BROKEN = "AWS responds with 500 and has done nothing"
    THROTTLED = "AWS responds with 429 and has done nothing"
    DENIED = "AWS responds with 403 and has done nothing"
    NOT_QUEUED = "Lambda responds to an invoke with 200, and has queued nothing"


_REPEATED = (ReadTimeoutError, ConnectTimeoutError)
_ERRORS = {
    Fault.BROKEN: (500, "InternalServerError"),
    Fault.THROTTLED: (429, "ThrottlingException"),
    Fault.DENIED: (403, "AccessDeniedException"),
}


class Run:
    """A process with its own clients. Faults strike by the number of the request, from 0 on."""

    def __init__(
        self,
        simulation: Any,
        *,
        faults: Mapping[int, Fault] | None = None,
        timeout_seconds: float = float("inf"),
    ) -> None:
        self._simulation = simulation
        self._faults = dict(faults or {})
        self._ends_at = simulation.now + timeout_seconds
        self._requests = 0
        self._dead = False
        self.injected: list[tuple[str, Fault]] = []
        """Operations and the faults that were really injected."""

        self.unrecorded: set[tuple[str, str]] = set()
        """What this run has sent and not recorded: event ids with their channel."""

    def seconds_left(self) -> float:
        """Return the function's remaining time."""
        left: float = self._ends_at - self._simulation.now
        return left

    def client(self, service: str, backend: Any) -> Client:
        """Return something that behaves like a boto3 client of the service."""
        return Client(self, service, backend)

    def request(self, service: str, operation: str, effect: Callable[[], Any]) -> Any:
        """Send a request as the SDK does, again if its failure is transient."""
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

    def check_timeout(self) -> None:
        """Kill the run when its time is up, wherever it is; it notices at its next request."""
        if not self._dead and self._simulation.now > self._ends_at:
            self._dead = True
            self._excuse_duplicates()

    def _send(self, operation: str, effect: Callable[[], Any]) -> Any:
        self._simulation.pause()
        fault = self._faults.get(self._requests)
        self._requests += 1
        self.check_timeout()
        if self._dead:
            fault = Fault.DIES_BEFORE
        if fault is Fault.NOT_QUEUED and operation != "invoke":
            fault = None
        if fault is not None:
            self.injected.append((operation, fault))
        if fault is Fault.DIES_BEFORE:
            self._die()
        if fault is Fault.UNREACHED:
            self._excuse_duplicates()
            raise ConnectTimeoutError(endpoint_url="https://aws")
        if fault in _ERRORS:
            self._excuse_duplicates()
            raise _client_error(*_ERRORS[fault])
        if fault is Fault.NOT_QUEUED:
            return self._simulation.rejected_invoke()
        return self._response(effect, fault)

    def _response(self, effect: Callable[[], Any], fault: Fault | None) -> Any:
        error: ClientError | None = None
        response: Any = None
        with self._simulation.on_behalf_of(self):
            try:
                response = effect()
            except ClientError as raised:
                error = raised
        if fault is Fault.DIES_AFTER:
            self._die()
        if fault is Fault.LOST:
            self._excuse_duplicates()
            raise ReadTimeoutError(endpoint_url="https://aws")
        if error is not None:
            raise error
        return response

    def _die(self) -> None:
        self._dead = True
        self._excuse_duplicates()
        raise Died

    def _excuse_duplicates(self) -> None:
        """The only excuse for sending twice: a fault between the provider's accept and our own."""
        for each in self.unrecorded:
            self._simulation.excuse_duplicate(each, self)


class Client:
    """One service's operations, each a request of the run's."""

    def __init__(self, run: Run, service: str, backend: Any) -> None:
        self._run = run
        self._service = service
        self._backend = backend

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        effect = getattr(self._backend, operation)

        def call(**arguments: Any) -> Any:
            if operation == "transact_write_items":
                arguments.setdefault("ClientRequestToken", uuid.uuid4().hex)
            return self._run.request(self._service, operation, lambda: effect(**arguments))

        return call


def _client_error(status: int, code: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Request")
