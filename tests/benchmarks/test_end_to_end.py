"""The comparison's tables show each service beside ours."""

from __future__ import annotations

from benchmarks.end_to_end import Latencies, latency_table


def test_each_service_is_shown_beside_the_first() -> None:
    ours = Latencies(cold=[100.0], warm=[10.0, 10.0])
    other = Latencies(cold=[50.0], warm=[20.0, 20.0])

    *_, last = latency_table({"ours": ours, "other": other}).splitlines()

    assert last == "| other | 50.000 | 0.500 | 20.000 | 2.000 | 20.000 | 2.000 |"
