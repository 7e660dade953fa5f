"""The private networks that a webhook may be allowed to post to."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NEVER_ALLOWED: tuple[Network, ...] = (
    # Link-local: the credentials of functions, containers and machines are served from here.
    ipaddress.IPv4Network("169.254.0.0/16"),
    ipaddress.IPv6Network("fe80::/10"),
    # Where EC2 serves the same over IPv6:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
    ipaddress.IPv6Network("fd00:ec2::/32"),
)
"""Networks that are always forbidden, whatever the settings."""

_PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "::1/128",
        "fc00::/7",
    )
)


def allowed_network(text: object) -> Network:
    """Read one entry of `allowed_networks`. Raises ValueError if it may not be allowed."""
    if not isinstance(text, str):
        raise ValueError(f"allowed_networks must be text such as '10.1.0.0/16', got {text!r}")
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"allowed_networks must be networks such as 10.1.0.0/16, got {text!r}: {error}"
        ) from error
    if not any(_within(network, private) for private in _PRIVATE):
        raise ValueError(
            f"allowed_networks must lie within {', '.join(map(str, _PRIVATE))} "
            f"(public addresses need no entry), got {text}"
        )
    for forbidden in filter(network.overlaps, NEVER_ALLOWED):
        raise ValueError(
            f"allowed_networks must not overlap {forbidden}, where AWS serves credentials, "
            f"got {text}; name the receiver's own network"
        )
    return network


def _within(network: Network, outer: Network) -> bool:
    # Of one version, which mypy cannot see.
    return network.version == outer.version and network.subnet_of(outer)  # type: ignore[arg-type]
