"""Systems Manager's parameters, as far as the functions use them, as boto3 offers them.

https://docs.aws.amazon.com/boto3/latest/reference/services/ssm.html
"""

from __future__ import annotations

from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient, datetime_of

_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AmazonSSM.GetParameter",
}


class SsmClient(ServiceClient):
    SHAPES: ClassVar = {"GetParameter": "Name! WithDecryption:bool"}

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("ssm", config)

    def get_parameter(self, **arguments: Any) -> dict[str, Any]:
        response = self._call_json("GetParameter", arguments, _HEADERS)
        parameter = response.get("Parameter", {})
        if "LastModifiedDate" in parameter:
            parameter["LastModifiedDate"] = datetime_of(parameter["LastModifiedDate"])
        return response
