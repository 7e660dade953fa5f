"""Lambda, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/lambda.html
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient

_MEMBERS_IN_HEADERS = {
    "FunctionError": "x-amz-function-error",
    "ExecutedVersion": "x-amz-executed-version",
}


class LambdaClient(ServiceClient):
    def __init__(self, config: ClientConfig) -> None:
        super().__init__("lambda", config)

    def invoke(
        self,
        *,
        FunctionName: str,  # noqa: N803 -- boto3's name, as the two below
        InvocationType: str = "RequestResponse",  # noqa: N803
        Payload: bytes | str = b"",  # noqa: N803
    ) -> dict[str, Any]:
        """Raises ValueError for an empty name, which would address something else."""
        if not FunctionName:
            raise ValueError("FunctionName must be a name or an ARN, got ''")
        response, metadata = self._call(
            "Invoke",
            f"/2015-03-31/functions/{quote(FunctionName, safe='-._~')}/invocations",
            {"X-Amz-Invocation-Type": InvocationType},
            Payload.encode() if isinstance(Payload, str) else Payload,
        )
        members = {
            member: response.headers[name]
            for member, name in _MEMBERS_IN_HEADERS.items()
            if name in response.headers
        }
        return {
            **members,
            "StatusCode": response.status,
            "Payload": io.BytesIO(response.body),
            "ResponseMetadata": metadata,
        }
