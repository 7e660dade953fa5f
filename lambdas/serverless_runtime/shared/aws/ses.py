"""SES's SendEmail, version 2.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.retries import Patience


class Ses:
    def __init__(self, patience: Patience) -> None:
        self.api = Api("sesv2", patience, prefix="email", signed_as="ses")

    def send_email(self, **arguments: Any) -> dict[str, Any]:
        """Send a message; arguments and answer are the API's. Raises what `Api.call` raises."""
        body = json.dumps(arguments).encode()
        headers = {"Content-Type": "application/json"}
        answer = self.api.call("SendEmail", "/v2/email/outbound-emails", headers, body)
        read: dict[str, Any] = json.loads(answer.body)
        return read
