"""AWS clients, one per service and process: `aws.client("dynamodb")`.

DynamoDB, Lambda, SQS, SNS and SES, which requests wait for, have small clients here with the
methods, arguments, return values and errors of boto3; boto3 itself takes most of a cold start
(docs/decisions/0010-fast-functions.md). Every other service is boto3's. A client is imported when
it is first used.
"""

from __future__ import annotations

import functools
from typing import Any

from serverless_runtime.shared.aws.client_config import CLIENT_CONFIGS, DEFAULT_CONFIG

__all__ = ["CLIENT_CONFIGS", "boto3_client", "client"]


@functools.cache
def client(service: str) -> Any:
    """Return the process's client for `service`, named as for `boto3.client`."""
    # ruff: noqa: PLC0415 - a cold start imports only the clients that it uses, and boto3 for none
    # of these five: most functions have none in their bundles.
    config = CLIENT_CONFIGS.get(service, DEFAULT_CONFIG)
    if service == "dynamodb":
        from serverless_runtime.shared.aws.dynamodb import DynamoDbClient

        return DynamoDbClient(config)
    if service == "lambda":
        from serverless_runtime.shared.aws.lambda_ import LambdaClient

        return LambdaClient(config)
    if service == "sqs":
        from serverless_runtime.shared.aws.sqs import SqsClient

        return SqsClient(config)
    if service == "sns":
        from serverless_runtime.shared.aws.sns import SnsClient

        return SnsClient(config)
    if service == "sesv2":
        from serverless_runtime.shared.aws.sesv2 import SesV2Client

        return SesV2Client(config)
    return boto3_client(service)


@functools.cache
def boto3_client(service: str) -> Any:
    """Return boto3's client for `service`, with the same timeouts and attempts as ours."""
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
