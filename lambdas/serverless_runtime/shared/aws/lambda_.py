"""Lambda, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/lambda.html
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient

_HEADERS = {
    "InvocationType": "X-Amz-Invocation-Type",
    "LogType": "X-Amz-Log-Type",
    "ClientContext": "X-Amz-Client-Context",
    "DurableExecutionName": "X-Amz-Durable-Execution-Name",
    "TenantId": "X-Amz-Tenant-Id",
}
_RETURNED_HEADERS = {
    "FunctionError": "x-amz-function-error",
    "LogResult": "x-amz-log-result",
    "ExecutedVersion": "x-amz-executed-version",
    "DurableExecutionArn": "x-amz-durable-execution-arn",
}


class LambdaClient(ServiceClient):
    def __init__(self, config: ClientConfig) -> None:
        super().__init__("lambda", config)

    def invoke(
        self,
        *,
        FunctionName: str,  # noqa: N803 -- boto3's names
        Payload: bytes | bytearray | str = b"",  # noqa: N803
        **arguments: str,
    ) -> dict[str, Any]:
        """Raises ValueError for an empty name, which would address something else, and TypeError
        for what the operation does not take."""
        if not FunctionName:
            raise ValueError("FunctionName must be a name or an ARN, got ''")
        if not isinstance(Payload, (bytes, bytearray, str)):
            raise TypeError(f"Payload must be bytes or text, got {type(Payload).__name__}")
        for name, value in {"FunctionName": FunctionName, **arguments}.items():
            if not isinstance(value, str):
                raise TypeError(f"{name} must be text, got {type(value).__name__}")
        path = f"/2015-03-31/functions/{_quoted(FunctionName)}/invocations"
        if "Qualifier" in arguments:
            path += f"?Qualifier={_quoted(arguments.pop('Qualifier'))}"
        if unknown := arguments.keys() - _HEADERS.keys():
            raise TypeError(f"Invoke has no argument {', '.join(sorted(unknown))}")
        response, metadata = self._call(
            "Invoke",
            path,
            {_HEADERS[name]: value for name, value in arguments.items()},
            Payload.encode() if isinstance(Payload, str) else bytes(Payload),
        )
        members = {
            member: response.headers[name]
            for member, name in _RETURNED_HEADERS.items()
            if name in response.headers
        }
        return {
            **members,
            "StatusCode": response.status,
            "Payload": io.BytesIO(response.body),
            "ResponseMetadata": metadata,
        }


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")
