"""What the program needs on this machine beside its stack, and how to try it: `make up`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.scenario.curl_lines import curl_lines


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """Phones, a shared secret, and a webhook receiver on the next port."""
    # Imported here: a second `up` needs none of it, and starts sooner.
    from local.scenario.prerequisites import local_channels, prerequisites  # noqa: PLC0415

    with prerequisites(emulator, emulator.port + 1) as receiver:
        yield {"channels": local_channels(receiver.url)}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the API, and where what it sent can be read."""
    return f"""\
{curl_lines(outputs["apiUrl"])}
Sent emails:           curl -s http://127.0.0.1:{port}/_ministack/ses/messages
Sent text messages:    curl -s http://127.0.0.1:{port}/_ministack/sns/sms-messages
Sent pushes:           curl -s http://127.0.0.1:{port}/_ministack/sqs/messages
Received webhooks:     curl -sk https://localhost:{port + 1}
Its deployer's key:    .local/up-{port}/credentials.json
Stop the stack:        make down"""
