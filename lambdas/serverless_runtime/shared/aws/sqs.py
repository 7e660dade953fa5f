"""SQS, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/sqs.html
"""

from __future__ import annotations

from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient


class SqsClient(ServiceClient):
    SHAPES: ClassVar = {
        "SendMessage": "QueueUrl! MessageBody! DelaySeconds:int MessageDeduplicationId "
        "MessageGroupId MessageAttributes:{MessageAttributeValue} "
        "MessageSystemAttributes:{MessageAttributeValue}",
        "ChangeMessageVisibility": "QueueUrl! ReceiptHandle! VisibilityTimeout!:int",
        "DeleteMessage": "QueueUrl! ReceiptHandle!",
        "GetQueueAttributes": "QueueUrl! AttributeNames:[]",
        "MessageAttributeValue": "DataType! StringValue BinaryValue:blob StringListValues:[] "
        "BinaryListValues:[blob]",
    }

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("sqs", config)

    def send_message(self, **arguments: Any) -> dict[str, Any]:
        return self._request("SendMessage", arguments)

    def change_message_visibility(self, **arguments: Any) -> dict[str, Any]:
        return self._request("ChangeMessageVisibility", arguments)

    def delete_message(self, **arguments: Any) -> dict[str, Any]:
        return self._request("DeleteMessage", arguments)

    def get_queue_attributes(self, **arguments: Any) -> dict[str, Any]:
        return self._request("GetQueueAttributes", arguments)

    def _request(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{operation}",
            # Requests the error codes of the query protocol.
            "X-Amzn-Query-Mode": "true",
        }
        return self._call_json(operation, arguments, headers)
