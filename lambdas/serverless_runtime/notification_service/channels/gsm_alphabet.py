"""The GSM alphabet, in which a text message holds 160 characters.

Source: https://www.3gpp.org/dynareport/23038.htm, section 6.2.1 (GSM 03.38 in its first edition).
"""

from __future__ import annotations

_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")


def is_gsm(text: str) -> bool:
    """Return whether the alphabet or its extension has every character."""
    return _ALPHABET.union(_EXTENSION).issuperset(text)


def septets(text: str) -> int:
    """Return how many of a part's 160 septets `text` takes; a character of the extension takes two.

    Only for text that `is_gsm`.
    """
    return len(text) + sum(character in _EXTENSION for character in text)
