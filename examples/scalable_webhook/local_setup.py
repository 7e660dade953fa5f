"""The provider's key on this machine, and how to pay an invoice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.up import emulator_of

# As provider.py has it.
_SECRET = "whsec_b25seS1mb3ItdGhpcy1tYWNoaW5lLTAwMDE="  # noqa: S105 -- of no other machine


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The secret, outside the stack as it is for a team."""
    made = emulator.client("secretsmanager").create_secret(
        Name="payment-provider", SecretString=_SECRET
    )
    yield {"secretArn": made["ARN"]}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Calls of the provider, and where they are booked."""
    provider = f".venv/bin/python examples/scalable_webhook/provider.py {outputs['providerUrl']}"
    # The emulator takes no other key than that of this run.
    environment = emulator_of(port).client.environment()
    key = " ".join(f"{name}={value}" for name, value in environment.items())
    return f"""\
Once in the shell: alias local-aws='env {key} aws'
Enter an invoice:  local-aws dynamodb put-item --table-name {outputs["invoices"]} \\
                     --item '{{"invoice": {{"S": "17"}}}}'
Pay it:            {provider} 17 1200
Pay another one:   {provider} 18 500
What was booked:   local-aws dynamodb scan --table-name {outputs["bookings"]}
Dead letters:      .venv/bin/python -m serverless_ops dead-letters list --stack local
Stop the stack:    make down"""
