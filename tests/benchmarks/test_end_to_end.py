"""The comparison's tables show each service beside ours."""

from __future__ import annotations

from benchmarks.end_to_end import Latencies, Rates, latency_table, rate_table


def found() -> dict[str, Latencies]:
    return {
        "ours": Latencies(cold=[100.0], response=[10.0, 10.0], notified=[5.0, 5.0]),
        "other": Latencies(cold=[50.0], response=[20.0, 20.0], notified=[0.0, 0.0]),
    }


def test_each_service_is_shown_beside_the_first() -> None:
    *_, other = latency_table(found()).splitlines()

    assert other.startswith("| other | 50.000 | 0.500 | 20.000 | 2.000 |")
    assert other.endswith("| 20.000 | 1.333 |")


def test_rates_are_compared_burst_by_burst() -> None:
    ours = Rates(responded=[10.0, 20.0, 100.0], notified=[10.0, 10.0, 10.0])
    other = Rates(responded=[20.0, 60.0, 100.0], notified=[5.0, 5.0, 5.0], failed=1)

    *_, last = rate_table({8: {"ours": ours, "other": other}}).splitlines()

    assert last == "| 8 | other | 60.000 | 2.000 | 5.000 | 0.500 | 1 |"
