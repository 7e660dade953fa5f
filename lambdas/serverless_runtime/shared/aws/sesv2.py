"""SES, version 2, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/sesv2.html
"""

from __future__ import annotations

from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient


class SesV2Client(ServiceClient):
    SHAPES: ClassVar = {
        "SendEmail": "Content!:EmailContent Destination:Destination FromEmailAddress "
        "FromEmailAddressIdentityArn ReplyToAddresses:[] FeedbackForwardingEmailAddress "
        "FeedbackForwardingEmailAddressIdentityArn EmailTags:[Pair] ConfigurationSetName "
        "EndpointId TenantName ListManagementOptions:List ConfigurationOverrides:Overrides",
        "Destination": "ToAddresses:[] CcAddresses:[] BccAddresses:[]",
        "EmailContent": "Simple:Message Raw:Raw Template:Template",
        "Message": "Subject!:Text Body!:Body Headers:[Pair] Attachments:[Attachment]",
        "Text": "Data! Charset",
        "Body": "Text:Text Html:Text",
        "Pair": "Name! Value!",
        "Attachment": "RawContent!:blob FileName! ContentDisposition ContentDescription ContentId "
        "ContentTransferEncoding ContentType",
        "Raw": "Data!:blob",
        "Template": "TemplateName TemplateArn TemplateContent:Texts TemplateData Headers:[Pair] "
        "Attachments:[Attachment]",
        "Texts": "Subject Text Html",
        "List": "ContactListName! TopicName",
        "Overrides": "Tracking:Tracking",
        "Tracking": "OpenTrackingEnabled ClickTrackingEnabled",
    }

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("sesv2", config, host_prefix="email", signing_name="ses")

    def send_email(self, **arguments: Any) -> dict[str, Any]:
        if "EndpointId" in arguments:
            raise TypeError(
                "SendEmail with EndpointId has an endpoint and a signature of its own; "
                "use boto3's client for it"
            )
        headers = {"Content-Type": "application/json"}
        return self._call_json("SendEmail", arguments, headers, "/v2/email/outbound-emails")
