"""Timeouts and attempts of each AWS service that the functions call."""

from __future__ import annotations

from typing import NamedTuple

MAX_IDLE_SECONDS = 60
"""A NAT gateway forgets an idle connection after 350 s without a word to either side; what is then
sent on it is lost, and a message that may be sent once only has an unknown outcome.
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"""

MAX_LATE_SECONDS = 0.1
"""A response that nobody waited for is awaited so long when its connection is needed again. Longer
than a write takes, so that it is usually there; less than anyone notices, if it was lost."""


class ClientConfig(NamedTuple):
    """How long an attempt may take, in seconds, and how many attempts a call has at most."""

    read_timeout: float
    total_max_attempts: int
    connect_timeout: float = 1

    @property
    def max_seconds(self) -> float:
        """How long a call's attempts may take altogether, without the delays between them."""
        return (self.connect_timeout + self.read_timeout) * self.total_max_attempts


DEFAULT_CONFIG = ClientConfig(read_timeout=60, total_max_attempts=3)
"""boto3's own read timeout and attempts, for a service without an entry below."""

CLIENT_CONFIGS = {
    # Responds in milliseconds; the worst case, 3 attempts of 3 s, stays within the API's 30 s.
    "dynamodb": ClientConfig(read_timeout=2, total_max_attempts=3),
    # Only the 202 is awaited. A repeated invoke carries the same event id and is harmless.
    "lambda": ClientConfig(read_timeout=3, total_max_attempts=2),
    # A dead letter that cannot be written in 8 s is left to Lambda's own retries.
    "sqs": ClientConfig(read_timeout=3, total_max_attempts=2),
    # SES has no idempotency key: a retry after a lost response would send a second message.
    "sesv2": ClientConfig(read_timeout=10, total_max_attempts=1),
    # Nor has SNS when it publishes to a phone number or a mobile device.
    "sns": ClientConfig(read_timeout=5, total_max_attempts=1),
    # A client waits for it. If only the response was lost, there are two events.
    "events": ClientConfig(read_timeout=3, total_max_attempts=2),
    # A webhook's time includes reading its secret, and Lambda's retry is the second attempt.
    "secretsmanager": ClientConfig(read_timeout=3, total_max_attempts=1),
    "ssm": ClientConfig(read_timeout=3, total_max_attempts=1),
}
"""Timeouts and attempts by service, named as for `boto3.client`."""
