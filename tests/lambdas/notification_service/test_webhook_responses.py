from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.channels.webhook_responses import (
    MAX_RETRY_AFTER_SECONDS,
    MEANINGS,
    raise_for_status,
    seconds_from_header,
)

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()


def raised_for(status: int) -> ChannelError | None:
    try:
        raise_for_status(status, "hooks.example", 7.0)
    except ChannelError as error:
        return error
    return None


def meant(status: int) -> type[ChannelError] | None:
    if 200 <= status <= 299:
        return None
    if status in (408, 425, 429):
        return ChannelError
    if 300 <= status <= 499:
        return PermanentChannelError
    return UnknownOutcomeError


def test_every_status_has_one_meaning() -> None:
    for status in range(100, 1000):
        error = raised_for(status)

        assert (None if error is None else type(error)) is meant(status), status
        assert error is None or f"(HTTP {status})" in str(error)


def words_for(status: int) -> str:
    exact = {
        408: "timed out waiting for the request",
        425: "does not accept the event yet",
        429: "has received too many events",
        410: "no longer accepts events: remove the channel",
    }
    of_hundred = {
        3: "redirects, which is not followed: correct the URL",
        4: "rejected the event",
        5: "failed; it may have accepted the event",
    }
    return exact.get(status) or of_hundred.get(status // 100, "sent no final response")


def test_every_status_is_told_in_the_words_for_it() -> None:
    for status in [*range(100, 200), *range(300, 1000)]:
        text = f"hooks.example {words_for(status)} (HTTP {status})"
        assert str(raised_for(status)) == text


@pytest.mark.parametrize(("status", "seconds"), [(429, 7.0), (503, 7.0), (410, None), (302, None)])
def test_only_what_may_pass_is_worth_a_wait(status: int, seconds: float | None) -> None:
    error = raised_for(status)

    assert error is not None
    assert error.retry_after_seconds == seconds


def test_every_row_of_the_table_is_the_first_for_some_status() -> None:
    first = {
        next(row for row in MEANINGS if status in row[0])[2]: status for status in range(100, 1000)
    }

    assert set(first) == {words for _, _, words in MEANINGS}


def test_the_error_for_a_receiver_that_is_gone_suggests_what_to_do() -> None:
    assert str(raised_for(410)) == (
        "hooks.example no longer accepts events: remove the channel (HTTP 410)"
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("3601", MAX_RETRY_AFTER_SECONDS),
        ("9" * 400, MAX_RETRY_AFTER_SECONDS),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30.0),
        ("Sat Nov 21 12:00:30 2026", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2099 12:00:00 GMT", MAX_RETRY_AFTER_SECONDS),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("5, 5", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_both_forms_of_retry_after_are_read_and_others_ignored(
    header: str | None, seconds: float | None
) -> None:
    assert seconds_from_header(header, NOW) == seconds


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


def test_a_date_without_a_zone_is_not_local(in_tokyo: None) -> None:
    assert seconds_from_header("Sat Nov 21 12:00:30 2026", NOW) == 30


@given(st.text() | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d [-+A-Z]\w*"))
def test_no_header_breaks_the_reader_or_the_limits(header: str) -> None:
    seconds = seconds_from_header(header, NOW)

    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_SECONDS
