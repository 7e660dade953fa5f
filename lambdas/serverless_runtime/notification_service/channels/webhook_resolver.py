"""Resolves a host name to addresses that a webhook may be posted to, within a deadline."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from serverless_runtime.notification_service.channel import ChannelError, PermanentChannelError
from serverless_runtime.notification_service.channels.webhook_addresses import reason_against
from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.notification_service.settings.webhook_networks import Network

AddressInfo = tuple[int, int, int, str, Any]
"""One entry of what `socket.getaddrinfo` returns."""

Resolver = Callable[[str, int], Sequence[AddressInfo]]


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
