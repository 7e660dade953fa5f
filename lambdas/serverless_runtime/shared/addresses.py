"""What a domain and an email address look like to the services that get them."""

from __future__ import annotations

import re

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX_DOMAIN = 253

# A dot-atom of RFC 5322. SES takes 7-bit ASCII before the @ only; and a quoted local part, which
# RFC 5322 allows too, is accepted by few receivers.
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_MAX_LOCAL_PART = 64


def is_domain(text: str) -> bool:
    """Whether this is a host name: labels of 1 to 63 letters, digits and inner hyphens."""
    return len(text) <= _MAX_DOMAIN and _DOMAIN.fullmatch(text) is not None


def is_address(text: object) -> bool:
    """Whether this is an email address in ASCII, with a domain of at least two labels."""
    if not isinstance(text, str):
        return False
    local, _, domain = text.rpartition("@")
    is_local = len(local) <= _MAX_LOCAL_PART and _LOCAL_PART.fullmatch(local) is not None
    # A name without a dot, or an address of IPv4, is no domain that mail is sent to.
    return is_local and "." in domain and not domain[-1].isdigit() and is_domain(domain)
