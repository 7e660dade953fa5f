"""What the functions send through the proxy of faults reaches the emulator, and its guard."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from local.deployed import running_instance
from local.emulator.clients import Clients
from local.emulator.start import free_port
from local.scenario.chaos.proxy import fault_proxy


def test_a_signed_call_through_the_proxy_is_served() -> None:
    port = free_port()
    with (
        running_instance("test-proxied", proxy_port=port) as emulator,
        fault_proxy(port, emulator.port, seed=1) as proxy,
    ):
        proxy.on = False
        made = Clients(proxy.url, emulator.credentials)("sqs").create_queue(QueueName="orders")

        listed = emulator.client("sqs").list_queues()["QueueUrls"]

    assert [url.rpartition("/")[2] for url in listed] == ["orders"]
    assert made["QueueUrl"].endswith("/orders")


def test_a_proxy_that_the_emulator_was_not_started_for_is_refused() -> None:
    with (
        running_instance("test-proxied") as emulator,
        fault_proxy(free_port(), emulator.port, seed=1) as proxy,
    ):
        proxy.on = False

        with pytest.raises(ClientError, match="403"):
            Clients(proxy.url, emulator.credentials)("sqs").list_queues()
