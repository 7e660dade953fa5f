"""The comparison's tables show what was found, and say what was not measured."""

from __future__ import annotations

from benchmarks.end_to_end import Latencies, Rates, latency_table, rate_table


def found() -> dict[str, Latencies]:
    return {
        "ours": Latencies(cold=[100.0], answer=[10.0, 10.0], told=[5.0, 5.0]),
        "other": Latencies(cold=[50.0], answer=[20.0, 20.0], told=[0.0, 0.0]),
    }


def test_each_service_is_shown_beside_the_first() -> None:
    *_, other = latency_table(found()).splitlines()

    assert other.startswith("| other | 50.000 | 0.500 | 20.000 | 2.000 |")
    assert other.endswith("| 20.000 | 1.333 |")


def test_what_was_not_measured_is_said_in_its_row() -> None:
    *_, last = latency_table(found(), ["TypeScript peer"]).splitlines()

    assert set(last.split("|")) == {"", " TypeScript peer ", " not measured "}


def test_rates_count_what_was_asked_for_a_second() -> None:
    rates = {"ours": Rates(50, 0, 1.0, 2.0), "other": Rates(50, 1, 2.0, 2.0)}

    *_, other = rate_table({8: rates}).splitlines()

    assert other == "| 8 | other | 25.000 | 0.500 | 25.000 | 1.000 | 1 |"
