"""The model's services as the functions' own clients show them; the model itself speaks boto3."""

from __future__ import annotations

from typing import Any

from serverless_runtime.shared.aws.boto3_clients import own_errors


class OwnLambda:
    """What `Lambda` is to its callers."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def invoke_event(self, function: str, payload: bytes) -> int:
        with own_errors():
            answer = self._client.invoke(
                FunctionName=function, InvocationType="Event", Payload=payload
            )
        return int(answer["StatusCode"])


class OwnSqs:
    """What `Sqs` is to its callers."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_message(self, *, queue_url: str, body: str) -> None:
        with own_errors():
            self._client.send_message(QueueUrl=queue_url, MessageBody=body)


class OwnSes:
    """What `Ses` is to its callers."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_email(self, **asked: Any) -> Any:
        with own_errors():
            return self._client.send_email(**asked)
