"""Lambda's Invoke, asynchronous.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

from urllib.parse import quote

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.retries import Patience


class Lambda:
    def __init__(self, patience: Patience) -> None:
        self.api = Api("lambda", patience)

    def invoke_event(self, function: str, payload: bytes) -> int:
        """Have the function (a name or an ARN) run with the JSON in `payload`, without waiting.

        Returns the HTTP status, 202 for accepted. Raises what `Api.call` raises, and ValueError
        for an empty name.
        """
        if not function:
            raise ValueError("function must be a name or an ARN, got ''")
        path = f"/2015-03-31/functions/{quote(function, safe='-._~')}/invocations"
        return self.api.call("Invoke", path, {"X-Amz-Invocation-Type": "Event"}, payload).status
