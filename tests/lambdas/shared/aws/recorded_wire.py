"""The same recorded responses for a small client and for boto3's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.loaders import Loader

from serverless_runtime.shared.aws import errors
from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.dynamodb import DynamoDbClient
from serverless_runtime.shared.aws.events import EventsClient
from serverless_runtime.shared.aws.lambda_ import LambdaClient
from serverless_runtime.shared.aws.secretsmanager import SecretsManagerClient
from serverless_runtime.shared.aws.service_client import ServiceClient
from serverless_runtime.shared.aws.sesv2 import SesV2Client
from serverless_runtime.shared.aws.sns import SnsClient
from serverless_runtime.shared.aws.sqs import SqsClient
from serverless_runtime.shared.aws.ssm import SsmClient
from tests.lambdas.recorded_lambda import RawBody
from tests.lambdas.waiting_transport import WaitingTransport

Line = Response | type[errors.AwsCallError]
"""What becomes of one request."""

SMALL_CLIENTS: Mapping[str, Callable[[ClientConfig], ServiceClient]] = {
    "dynamodb": DynamoDbClient,
    "lambda": LambdaClient,
    "sqs": SqsClient,
    "sesv2": SesV2Client,
    "sns": SnsClient,
    "events": EventsClient,
    "secretsmanager": SecretsManagerClient,
    "ssm": SsmClient,
}
BOTO3_ERRORS: Mapping[type[errors.AwsCallError], Callable[..., Exception]] = {
    errors.ConnectError: EndpointConnectionError,
    errors.ConnectTimeoutError: ConnectTimeoutError,
    errors.ResponseTimeoutError: ReadTimeoutError,
}


_LOADER = Loader()


class Recording(WaitingTransport):
    """Implements `Transport`: keeps the requests, and plays one line for each."""

    def __init__(self, *lines: Line) -> None:
        self.requests: list[Request] = []
        self._lines = list(lines)

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        line = self._lines.pop(0)
        if isinstance(line, Response):
            return line
        raise line("no response")


def small_client(service: str, lines: Sequence[Line], attempts: int = 1) -> Any:
    client = SMALL_CLIENTS[service](ClientConfig(read_timeout=1, total_max_attempts=attempts))
    client.transport = Recording(*lines)
    return client


def boto3_client(
    service: str,
    lines: Sequence[Line],
    attempts: int = 1,
    sent: list[AWSPreparedRequest] | None = None,
) -> Any:
    retries = {"mode": "standard", "total_max_attempts": attempts}
    # A default session would keep the credentials and endpoints of the first test.
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    client = boto3.Session(botocore_session=session).client(service, config=Config(retries=retries))
    left = list(lines)

    def play(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        if sent is not None:
            sent.append(request)
        line = left.pop(0)
        if isinstance(line, Response):
            return AWSResponse(request.url, line.status, dict(line.headers), RawBody(line.body))
        raise BOTO3_ERRORS[line](endpoint_url=request.url)

    client.meta.events.register("before-send", play)
    return client


MAKERS = [small_client, boto3_client]
