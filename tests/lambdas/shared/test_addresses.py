"""A host name or an email address is as long as the services accept, and no longer."""

from __future__ import annotations

import pytest

from serverless_runtime.shared.addresses import is_address, is_domain


def _domain(length: int) -> str:
    """A host name of that length, of labels that are as long as they may be."""
    labels = []
    while length > 63:
        labels.append("a" * 63)
        length -= 64
    return ".".join([*labels, "b" * length])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", True),
        ("a-b.example", True),
        ("a" * 63, True),
        ("a" * 64, False),
        (_domain(253), True),
        (_domain(254), False),
        ("-a", False),
        ("a-", False),
        ("a..b", False),
        ("a_b", False),
        ("", False),
    ],
)
def test_a_domain_has_labels_of_1_to_63_characters_and_253_in_all(
    text: str, *, expected: bool
) -> None:
    assert is_domain(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", True),
        (f"{'a' * 64}@example.com", True),
        (f"{'a' * 65}@example.com", False),
        (f"a@{_domain(253)}", True),
        (f"a@{_domain(254)}", False),
        ("a.b+c@example.com", True),
        ("a..b@example.com", False),
        ("@example.com", False),
        ("a@example", False),
        ("a@192.0.2.1", False),
        ("a@b@example.com", False),
        ("é@example.com", False),
        (5, False),
    ],
)
def test_an_address_has_at_most_64_characters_before_a_domain_with_a_dot(
    text: object, *, expected: bool
) -> None:
    assert is_address(text) is expected
