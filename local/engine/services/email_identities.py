"""Identities of SES that email is sent from."""

from __future__ import annotations

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, creates


@creates("aws:sesv2/emailIdentity:EmailIdentity")
def create_email_identity(client: Clients, name: str, inputs: Inputs) -> Created:
    identity = inputs["emailIdentity"]
    client("sesv2").create_email_identity(EmailIdentity=identity)
    return identity, {"arn": f"arn:aws:ses:{REGION}:{ACCOUNT_ID}:identity/{identity}"}
