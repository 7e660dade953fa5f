"""The addresses that a webhook may be posted to: protection against server-side request forgery.

Whoever controls the DNS of a URL's host decides where we connect to. So the rule applies to the
addresses, and only an address that is certainly public counts as public.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.notification_service.settings.webhook_networks import NEVER_ALLOWED, Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

AddressInfo = tuple[int, int, int, str, Any]
"""One entry of what `socket.getaddrinfo` returns."""

Resolver = Callable[[str, int], Sequence[AddressInfo]]

# https://www.iana.org/assignments/ipv6-unicast-address-assignments
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# Special purposes that `is_global` of some Python versions considers public:
# https://www.iana.org/assignments/iana-ipv4-special-registry
# https://www.iana.org/assignments/iana-ipv6-special-registry
_NOT_PUBLIC: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv4Network("224.0.0.0/3"),
    # Teredo and others, documentation, 6to4, documentation. Teredo and 6to4 embed IPv4 addresses.
    ipaddress.IPv6Network("2001::/23"),
    ipaddress.IPv6Network("2001:db8::/32"),
    ipaddress.IPv6Network("2002::/16"),
    ipaddress.IPv6Network("3fff::/20"),
)

# A subnet without IPv4 reaches it through these: https://www.rfc-editor.org/rfc/rfc6052
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def reason_against(address: Address, allowed: Sequence[Network]) -> str | None:
    """Return why `address` is forbidden, or None if it is public or in `allowed`."""
    actual = _actual(address)
    if any(actual in network for network in NEVER_ALLOWED):
        return "link-local, where AWS serves credentials"
    if any(actual in network for network in allowed) or _is_public(actual):
        return None
    return "not public, and in none of the allowed networks"


def _actual(address: Address) -> Address:
    """The IPv4 address that an IPv6 address embeds, if packets are routed to it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _GLOBAL_UNICAST:  # noqa: PLR2004 -- its name
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def resolve(host: str, port: int) -> Sequence[AddressInfo]:
    """Use the system's resolver, which also accepts IPv4 addresses such as `0x7f.1`."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def checked_addresses(
    host: str, port: int, allowed: Sequence[Network], resolver: Resolver, deadline: Deadline
) -> Sequence[AddressInfo]:
    """Resolve `host`, once, and return its addresses if all of them are allowed.

    Raises PermanentChannelError if one is not: a host with a public and a private address is no
    legitimate receiver, and which of them is used would be chance. Raises ChannelError if there is
    no address in time.
    """
    infos = _resolved(host, port, resolver, deadline)
    if not infos:
        raise ChannelError(f"{host} has no address; nothing was sent")
    for info in infos:
        address = ipaddress.ip_address(info[4][0])
        if reason := reason_against(address, allowed):
            raise PermanentChannelError(
                f"{host} resolves to {address}, which is {reason}; nothing was sent"
            )
    return infos


def _resolved(
    host: str, port: int, resolver: Resolver, deadline: Deadline
) -> Sequence[AddressInfo]:
    # getaddrinfo cannot be interrupted. Its thread is abandoned, which is harmless.
    results: queue.SimpleQueue[Sequence[AddressInfo] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            results.put(resolver(host, port))
        except Exception as error:  # raised below, in the caller's thread
            results.put(error)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    try:
        result = results.get(timeout=deadline.remaining())
    except (queue.Empty, TimeoutError) as error:
        raise ChannelError(f"{host} could not be resolved in time; nothing was sent") from error
    if isinstance(result, Exception):
        raise ChannelError(f"{host} could not be resolved ({result}); nothing was sent") from result
    return result
