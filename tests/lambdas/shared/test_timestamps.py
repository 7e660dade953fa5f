"""RFC 3339, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.timestamps import from_text, to_text

_offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=_offsets))
def test_a_moment_is_read_in_utc_if_it_has_a_year_there(moment: datetime) -> None:
    text = moment.isoformat()
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        with pytest.raises(ValueError, match="outside the years 1 to 9999 in UTC"):
            from_text(text)
        return
    assert from_text(text) == expected
    assert from_text(to_text(expected)) == expected.replace(
        microsecond=expected.microsecond // 1000 * 1000
    )


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_moment_outside_of_all_years_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="outside the years 1 to 9999 in UTC"):
        from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        *["2026-03-01T00:00:00+05:99", "2026-03-01T00:00:00+24:00", "2026-03-01T24:00:00Z"],
        *["2026-03-01T23:59:60Z", "2026-02-29T00:00:00Z", "2026-03-01T00:00:00", "2026-03-01"],
        *["2026-03-01T00:00:00 Z", "20260301T000000Z", "\u0662026-03-01T00:00:00Z", ""],
    ],
)
def test_what_rfc_3339_does_not_have_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|range|must be"):
        from_text(text)
