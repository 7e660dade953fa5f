"""Secrets Manager, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/secretsmanager.html
"""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient, datetime_of

_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "secretsmanager.GetSecretValue",
}


class SecretsManagerClient(ServiceClient):
    SHAPES: ClassVar = {"GetSecretValue": "SecretId! VersionId VersionStage"}

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("secretsmanager", config)

    def get_secret_value(self, **arguments: Any) -> dict[str, Any]:
        response = self._call_json("GetSecretValue", arguments, _HEADERS)
        if "SecretBinary" in response:
            response["SecretBinary"] = base64.b64decode(response["SecretBinary"])
        if "CreatedDate" in response:
            response["CreatedDate"] = datetime_of(response["CreatedDate"])
        return response
