"""Lambda, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/lambda.html
"""

from __future__ import annotations

import io
from typing import Any, ClassVar
from urllib.parse import quote

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.parameters import validate
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
    SHAPES: ClassVar = {"Invoke": f"FunctionName! Payload:blob Qualifier {' '.join(_HEADERS)}"}

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("lambda", config)

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        """Raises ValueError for an empty name, which would address something else."""
        validate(self.SHAPES, "Invoke", arguments)
        if not (function := arguments.pop("FunctionName")):
            raise ValueError("FunctionName must be a name or an ARN, got ''")
        payload = arguments.pop("Payload", b"")
        path = f"/2015-03-31/functions/{_quoted(function)}/invocations"
        if "Qualifier" in arguments:
            path += f"?Qualifier={_quoted(arguments.pop('Qualifier'))}"
        response, metadata = self._call(
            "Invoke",
            path,
            {_HEADERS[name]: value for name, value in arguments.items()},
            payload.encode() if isinstance(payload, str) else bytes(payload),
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
