from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.channels.webhook_addresses import (
    AddressInfo,
    checked_addresses,
    reason_against,
    resolve,
)
from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.notification_service.settings.webhook_networks import (
    NEVER_ALLOWED,
    allowed_network,
)

PRIVATE = [
    allowed_network(text)
    for text in ("10.0.0.0/8", "127.0.0.0/8", "100.64.0.0/10", "fd12:3456::/32", "::1/128")
]

NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254
    169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
    192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::ffff:0:7f00:1 64:ff9b::7f00:1
    64:ff9b::a9fe:a9fe 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:db8::1
    2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808:: 3fff::1 4000::1 5f00::1 fc00::1 fd00::1
    fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_what_is_not_certainly_public_is_rejected(address: str) -> None:
    assert reason_against(ipaddress.ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "52.94.76.1",
        "100.63.255.255",
        "172.32.0.1",
        "223.255.255.254",
        "2606:4700::1",
        "2a05:d018::1",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses_may_be_posted_to(address: str) -> None:
    assert reason_against(ipaddress.ip_address(address), ()) is None


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "64:ff9b::"]))
def test_an_address_inside_another_is_judged_by_itself(
    address: ipaddress.IPv4Address, prefix: str
) -> None:
    wrapped = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address))

    for allowed in ((), PRIVATE):
        assert reason_against(wrapped, allowed) == reason_against(address, allowed)


@given(st.ip_addresses(v=6), st.sampled_from(["2001::/32", "2002::/16", "fc00::/7", "4000::/2"]))
def test_no_address_of_a_special_ipv6_network_is_public(
    address: ipaddress.IPv6Address, network: str
) -> None:
    special = ipaddress.IPv6Network(network)
    inside = ipaddress.IPv6Address(int(special[0]) | (int(address) & int(special.hostmask)))

    assert reason_against(inside, ())


@pytest.mark.parametrize("network", NEVER_ALLOWED, ids=str)
def test_link_local_addresses_stay_forbidden_whatever_is_allowed(network: Any) -> None:
    everything = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]

    for address in (network[0], network[-1]):
        assert reason_against(address, everything) == "link-local, where AWS serves credentials"


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "100.64.0.1", "fd12:3456::1", "::1"])
def test_a_private_network_can_be_allowed(address: str) -> None:
    assert reason_against(ipaddress.ip_address(address), PRIVATE) is None


def responses(*addresses: str) -> Sequence[AddressInfo]:
    kind, protocol = socket.SOCK_STREAM, socket.IPPROTO_TCP
    return [
        (socket.AF_INET6, kind, protocol, "", (address, 443, 0, 0))
        if ":" in address
        else (socket.AF_INET, kind, protocol, "", (address, 443))
        for address in addresses
    ]


def checked(*addresses: str) -> Sequence[AddressInfo]:
    return checked_addresses(
        "hooks.example", 443, (), lambda host, port: responses(*addresses), Deadline(5)
    )


def test_a_public_host_keeps_all_its_addresses() -> None:
    infos = responses("8.8.8.8", "2606:4700::1")

    assert checked("8.8.8.8", "2606:4700::1") == infos


@pytest.mark.parametrize("order", [("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8")])
def test_one_private_address_is_enough_to_reject_the_host(order: tuple[str, str]) -> None:
    with pytest.raises(PermanentChannelError) as caught:
        checked(*order)

    assert str(caught.value) == (
        "hooks.example resolves to 10.0.0.1, which is not public, and in none of the allowed "
        "networks; nothing was sent"
    )


def test_a_host_without_addresses_may_get_some_later() -> None:
    with pytest.raises(ChannelError, match="has no address; nothing was sent") as caught:
        checked()

    assert type(caught.value) is ChannelError


def test_an_unknown_host_is_retried() -> None:
    def unknown(host: str, port: int) -> Sequence[AddressInfo]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(ChannelError, match=r"hooks\.example could not be resolved") as caught:
        checked_addresses("hooks.example", 443, (), unknown, Deadline(5))

    assert type(caught.value) is ChannelError


def test_a_resolver_that_hangs_is_abandoned() -> None:
    released = threading.Event()

    def hang(host: str, port: int) -> Sequence[AddressInfo]:
        released.wait()
        return responses("8.8.8.8")

    try:
        with pytest.raises(ChannelError, match="could not be resolved in time; nothing was sent"):
            checked_addresses("hooks.example", 443, (), hang, Deadline(0.05))
    finally:
        released.set()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"]
)
def test_no_spelling_of_this_machine_is_let_through(host: str) -> None:
    with pytest.raises(PermanentChannelError, match="which is not public"):
        checked_addresses(host, 443, (), resolve, Deadline(5))
