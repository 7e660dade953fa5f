"""AWS clients, one per service and process: `aws.client("dynamodb")`.

DynamoDB, Lambda, SQS, SNS, EventBridge, SES, Secrets Manager and SSM have small clients here with
the methods, arguments, return values and errors of boto3; boto3 itself takes most of a cold start
(docs/decisions/0010-fast-functions.md). Every other service is boto3's. A client is imported when
it is first used.
"""

from __future__ import annotations

import functools
import importlib
import threading
from typing import Any

from serverless_runtime.shared.aws.client_config import CLIENT_CONFIGS, DEFAULT_CONFIG

__all__ = ["CLIENT_CONFIGS", "boto3_client", "client"]

_SMALL_CLIENTS = {
    "dynamodb": "DynamoDbClient",
    "lambda": "LambdaClient",
    "sqs": "SqsClient",
    "sns": "SnsClient",
    "events": "EventsClient",
    "sesv2": "SesV2Client",
    "secretsmanager": "SecretsManagerClient",
    "ssm": "SsmClient",
}
"""Class by service; its module here has the service's name."""


_clients = dict[str, Any]()
_making = threading.RLock()


def client(service: str) -> Any:
    """Return the process's client for `service`, named as for `boto3.client`."""
    if service not in _clients:
        # Threads that all ask first get the same one, and so share its connections.
        with _making:
            if service not in _clients:
                _clients[service] = _made(service)
    return _clients[service]


def _made(service: str) -> Any:
    name = _SMALL_CLIENTS.get(service)
    if name is None:
        return boto3_client(service)
    # Imported here: a cold start loads only the clients that it uses, and boto3 for none of these.
    module = f"{__name__}.{service if service != 'lambda' else 'lambda_'}"
    return getattr(importlib.import_module(module), name)(
        CLIENT_CONFIGS.get(service, DEFAULT_CONFIG)
    )


@functools.cache
def boto3_client(service: str) -> Any:
    """Return boto3's client for `service`, with the same timeouts and attempts as ours."""
    # ruff: noqa: PLC0415 - most functions have no boto3 in their bundles.
    import boto3
    from botocore.config import Config

    from serverless_runtime.shared.aws import idle_connections

    config = CLIENT_CONFIGS.get(service, DEFAULT_CONFIG)
    client = boto3.client(
        service,
        config=Config(
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            retries={"mode": "standard", "total_max_attempts": config.total_max_attempts},
        ),
    )
    idle_connections.close_idle_connections(client)
    return client
