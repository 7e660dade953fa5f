"""Transports of tests respond at once."""

from __future__ import annotations

from abc import ABC, abstractmethod

from serverless_runtime.shared.aws.connections import Request, Response, Then
from serverless_runtime.shared.aws.errors import AwsCallError


class WaitingTransport(ABC):
    """Implements `Transport` but for `send`."""

    @abstractmethod
    def send(self, request: Request) -> Response: ...

    def send_without_waiting(self, request: Request, then: Then) -> None:
        try:
            response = self.send(request)
        except AwsCallError as error:
            then(error)
        else:
            then(response)
