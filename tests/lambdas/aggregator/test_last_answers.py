"""Answers are kept for as long as one may be used, and the one that is used least makes room."""

from __future__ import annotations

from serverless_runtime.aggregator.last_answers import LastAnswers


def test_an_answer_is_as_old_as_it_is_and_used_up_to_its_age() -> None:
    now = 100.0
    kept = LastAnswers(clock=lambda: now)
    kept.keep("price", b"a", 1)
    now = 107.5

    assert kept.find("price", b"a", 7.5) == (7.5, 1)
    assert kept.find("price", b"a", 7.4) is None
    kept.keep("price", b"a", 2)
    assert kept.find("price", b"a", 0) == (0, 2)
    assert kept.find("price", b"b", 9) is kept.find("stock", b"a", 9) is None


def test_five_hundred_are_kept_and_the_one_that_was_not_used_for_longest_goes() -> None:
    kept = LastAnswers(clock=lambda: 0)
    for number in range(500):
        kept.keep("price", b"%d" % number, number)
    assert kept.find("price", b"0", 1) == (0, 0)

    kept.keep("price", b"500", 500)
    kept.keep("price", b"2", "again")
    kept.keep("price", b"501", 501)

    gone = [number for number in range(502) if not kept.find("price", b"%d" % number, 1)]
    assert gone == [1, 3]
