"""What is just within a limit is taken, and what is just beyond it is not."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from typing import Any

import pytest

from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.notification_service.channels.email import subject_of
from serverless_runtime.notification_service.channels.message_text import (
    one_line,
    reference,
    shorten,
)
from serverless_runtime.notification_service.channels.push import _payloads
from serverless_runtime.notification_service.channels.sms import sms_of
from serverless_runtime.notification_service.channels.webhook_addresses import reason_against
from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.notification_service.channels.webhook_responses import seconds_from_header
from serverless_runtime.notification_service.circuit_breaker_channel import RULES
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.notification_service.settings.webhook import WebhookSettings
from tests.lambdas.samples import a_task, an_event

SECRET = "arn:aws:ssm:eu-west-1:123456789012:parameter/hook"  # noqa: S105 -- its name
TOPIC = "arn:aws:sns:eu-west-1:123456789012:"


def an_email(**changes: Any) -> ChannelSettings:
    return EmailSettings(**{"sender": "a@b.example", "recipients": ["c@d.example"], **changes})


def a_text(**changes: Any) -> ChannelSettings:
    return SmsSettings(**{"numbers": ["+447700900123"], **changes})


def a_push(name: str) -> ChannelSettings:
    return PushSettings(target_arn=f"{TOPIC}{name}")


def a_webhook(**changes: Any) -> ChannelSettings:
    return WebhookSettings(**{"url": "https://a.example", "secret_arn": SECRET, **changes})


def a_host(length: int) -> str:
    return ("a" * 49 + ".") * 5 + "b" * (length - 250)


LIMITS: list[tuple[Callable[[int], ChannelSettings], int, int]] = [
    (lambda n: an_email(recipients=[f"a{each}@b.example" for each in range(n)]), 1, 50),
    (lambda n: an_email(events=[*EVENT_TYPES, *"x"][:n]), 1, len(EVENT_TYPES)),
    (lambda n: an_email(name="a" * n), 1, 31),
    (lambda n: a_text(numbers=[f"+44770090{each:04}" for each in range(n)]), 1, 10),
    (lambda n: a_text(numbers=["+" + "4" * n]), 7, 15),
    (lambda n: a_text(sender_id="A" * n), 1, 11),
    (lambda n: a_push("a" * n), 1, 256),
    (lambda n: a_webhook(allowed_networks=[f"10.{each}.0.0/16" for each in range(n)]), 0, 10),
    (lambda n: a_webhook(url=f"https://a.example:{n}/"), 1, 65_535),
    (lambda n: a_webhook(url=f"https://{'a' * n}.example/"), 1, 63),
    (lambda n: a_webhook(url=f"https://{a_host(n)}/"), 251, 253),
]


@pytest.mark.parametrize(("made", "least", "most"), LIMITS)
def test_settings_are_taken_at_both_limits_and_not_beyond(
    made: Callable[[int], ChannelSettings], least: int, most: int
) -> None:
    made(least)
    made(most)
    for beyond in {least - 1, most + 1} - {-1, 250}:
        with pytest.raises(ValueError, match=r"must .*, got "):
            made(beyond)


def test_lists_have_no_entry_twice() -> None:
    with pytest.raises(ValueError, match=r"recipients must all be different, got \['a@b\.c', "):
        an_email(recipients=["a@b.c", "a@b.c", "d@e.f"])


def titled(length: int, character: str = "x") -> Any:
    return an_event(a_task(title=character * length))


def pushed(length: int, character: str = "x") -> str:
    aps = json.loads(_payloads(titled(length, character))["APNS"])["aps"]
    return str(aps["alert"]["body"])


def test_a_text_is_whole_at_its_limit_and_ends_in_dots_beyond() -> None:
    begin = len("Task created: ")

    assert subject_of(titled(120 - begin)) == f"Task created: {'x' * 106}"
    assert subject_of(titled(121 - begin)) == f"Task created: {'x' * 105}…"
    assert sms_of(titled(160 - begin)) == f"Task created: {'x' * 146}"
    assert sms_of(titled(161 - begin)) == f"Task created: {'x' * 143}..."
    assert sms_of(titled(70 - begin, "ж")) == f"Task created: {'ж' * 56}"
    assert sms_of(titled(71 - begin, "ж")) == f"Task created: {'ж' * 55}…"
    assert pushed(500) == "x" * 500
    assert pushed(501) == "x" * 497 + "…"
    assert pushed(250, "ж") == "ж" * 250
    assert pushed(251, "ж") == "ж" * 248 + "…"
    assert reference("a" * 64) == "a" * 64
    assert shorten("ab cd", 4) == "ab…"
    assert shorten("abc", 0) == "…"


@pytest.mark.parametrize(
    ("kept", "dropped"),
    [
        ([0xE0020, 0xE007F], [0xE0001]),
        ([0x200C, 0x200D, 0x200E, 0x200F, 0x61C], [0x200B, 0x202A, 0x2066]),
        ([0xFDCF, 0xFDF0], [0xFDD0, 0xFDD1, 0xFDEE, 0xFDEF]),
        ([0xFFFD, 0x10000, 0x1FFFD], [0xFFFE, 0xFFFF, 0x1FFFE, 0x1FFFF, 0x10FFFE, 0x10FFFF]),
        ([0xD7FF, 0xE000], [0xD800, 0xDFFF]),
    ],
)
def test_of_each_range_of_characters_the_first_and_the_last_belong_to_it(
    kept: list[int], dropped: list[int]
) -> None:
    assert [code for code in kept if one_line(f"a{chr(code)}b") != f"a{chr(code)}b"] == []
    assert [code for code in dropped if one_line(f"a{chr(code)}b") != "ab"] == []


@pytest.mark.parametrize(
    ("added", "is_one"),
    [
        (0x1F3FB, True),
        (0x1F3FF, True),
        (0x1F3FA, False),
        (0x1F400, False),
        (0xE0020, True),
        (0xE007F, True),
        (0xE001F, False),
        (0xE0080, False),
        (0x301, True),
        (0x61, False),
    ],
)
def test_what_changes_the_character_before_it_is_never_cut_off(added: int, *, is_one: bool) -> None:
    text = "a" + chr(added)

    assert shorten(f"{text}bc", 2) == ("…" if is_one else "a…")
    assert shorten(f"{text}bc", 3) == f"{text}…"


def test_two_letters_are_a_flag_and_a_third_begins_another() -> None:
    first, last = chr(0x1F1E6), chr(0x1F1FF)

    assert shorten(first + last + first + "ab", 4) == f"{first}{last}{first}…"
    assert shorten(first + last + first + last + "a", 4) == f"{first}{last}…"
    for other in (chr(0x1F1E5), chr(0x1F200)):
        assert shorten(first + other + "ab", 2) == f"{first}…"


NOW = 1_767_268_800.0  # Thu, 01 Jan 2026 12:00:00 GMT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3599", 3_599),
        ("3600", 3_600),
        ("3601", 3_600),
        ("Thu, 01 Jan 2026 12:59:59 GMT", 3_599),
        ("Thu, 01 Jan 2026 13:00:01 GMT", 3_600),
        ("Thu, 01 Jan 2026 12:00:01 GMT", 1),
        ("Thu, 01 Jan 2026 12:00:00 GMT", 0),
        ("Thu, 01 Jan 2026 11:59:59 GMT", 0),
        (f"Thu, 01 Jan 2026 12:00:01 GMT {'(x)':>34}", 1),
        (f"Thu, 01 Jan 2026 12:00:01 GMT {'(x)':>35}", None),
    ],
)
def test_a_requested_wait_is_up_to_an_hour(header: str, seconds: float | None) -> None:
    assert seconds_from_header(header, NOW) == seconds


def test_a_deadline_ends_with_its_last_moment() -> None:
    now = 100.0
    deadline = Deadline(5, lambda: now)

    assert (deadline.remaining(), deadline.at_most(9).remaining()) == (5, 5)
    soon = deadline.at_most(2)
    assert soon.remaining() == 2
    now = 101.5
    assert (deadline.remaining(), soon.remaining()) == (3.5, 0.5)
    now = 102.0
    with pytest.raises(TimeoutError, match="the time limit of the whole request has passed"):
        soon.remaining()


@pytest.mark.parametrize(
    ("network", "neighbours"),
    [
        ("10.0.0.0/8", ["9.255.255.255", "11.0.0.0"]),
        ("100.64.0.0/10", ["100.63.255.255", "100.128.0.0"]),
        ("127.0.0.0/8", ["126.255.255.255", "128.0.0.0"]),
        ("169.254.0.0/16", ["169.253.255.255", "169.255.0.0"]),
        ("172.16.0.0/12", ["172.15.255.255", "172.32.0.0"]),
        ("192.0.0.0/24", ["191.255.255.255", "192.0.1.0"]),
        ("192.88.99.0/24", ["192.88.98.255", "192.88.100.0"]),
        ("192.168.0.0/16", ["192.167.255.255", "192.169.0.0"]),
        ("224.0.0.0/3", ["223.255.255.255"]),
        ("2001::/23", ["2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"]),
        ("2001:db8::/32", ["2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"]),
        ("2002::/16", ["2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"]),
        ("3fff::/20", ["3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"]),
    ],
)
def test_the_ends_of_a_special_network_are_not_public_and_its_neighbours_are(
    network: str, neighbours: list[str]
) -> None:
    special = ipaddress.ip_network(network)

    assert all(reason_against(special[end], ()) for end in (0, -1))
    for neighbour in neighbours:
        assert reason_against(ipaddress.ip_address(neighbour), ()) is None


def test_a_probe_outlasts_the_function() -> None:
    assert RULES == (5, 30, 300, 60, None)


def test_an_attempt_at_each_channel_has_its_budget() -> None:
    made = an_email(), a_text(), a_push("phones"), a_webhook()

    assert [each.budget_seconds for each in made] == [11, 6, 6, 20]
