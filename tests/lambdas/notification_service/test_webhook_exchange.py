"""What of a receiver's bytes is a response, and how much more of them is awaited; without TLS."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.notification_service.channels.webhook_exchange import (
    MAX_HEAD_BYTES,
    NoResponseError,
    Response,
    _Heads,
    _let_it_finish,
)

BEGIN = b"HTTP/1.1 200 OK\r\nX: "


def responded(*parts: bytes) -> Response | None:
    heads = _Heads()
    for part in parts:
        heads.add(part)
        if (found := heads.next_final()) is not None:
            return found
    return None


def a_head(size: int, begin: bytes = BEGIN) -> bytes:
    return begin + b"x" * (size - len(begin) - 4) + b"\r\n\r\n"


def refusal(*parts: bytes) -> str:
    with pytest.raises(NoResponseError) as raised:
        responded(*parts)
    return str(raised.value)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 200 OK", 200),
        (b"HTTP/1.0 404", 404),
        (b"HTTP/1.9 \t 599 \xff", 599),
        (b"HTTP/1.1 999 ", 999),
    ],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_status_line_may_have_any_reason_or_none(line: bytes, status: int, end: bytes) -> None:
    assert responded(line + end + end) == Response(status=status, headers={})
    parts = [bytes([each]) for each in line + end + end]
    assert responded(*parts) == Response(status=status, headers={})


@pytest.mark.parametrize(
    "line",
    [b"HTTP/2 200", b"HTTP/1.10 200 x", b"HTTP/1.1 099 x", b"HTTP/1.1 20 x", b"HTTP/1.1 2000 x",
     b"HTTP/1.1200 x", b"HTTP/1.1 200x", b" HTTP/1.1 200 x", b""],
)  # fmt: skip
def test_no_other_line_is_one(line: bytes) -> None:
    assert refusal(line + b"\r\n\r\n") == refusal(line + b"\n") == "not HTTP/1.1"


def test_the_first_header_of_a_name_counts_and_what_is_no_header_does_not() -> None:
    head = b"HTTP/1.1 200 x\r\n A : 1 \r\na: 2\r\nno header\r\nB:\r\nC: \xe9:\r\n\r\nbody"

    assert responded(head) == Response(status=200, headers={"a": "1", "b": "", "c": "é:"})


def test_responses_before_the_final_one_are_passed_over() -> None:
    early = b"HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\nA: 1\n\nHTTP/1.1 199 x\r\n\r\n"

    assert responded(early) is None
    found = responded(early + b"HTTP/1.1 200 x\r\nB: 2\r\n\r\n")
    assert found == Response(status=200, headers={"b": "2"})
    assert refusal(b"HTTP/1.1 101 x\r\n\r\nHTTP/1.1 200 x\r\n\r\n") == (
        "another protocol, which was not asked for"
    )


def test_a_head_has_at_most_64_kib() -> None:
    assert responded(a_head(MAX_HEAD_BYTES)) is not None
    assert responded(a_head(MAX_HEAD_BYTES)[:-1], b"\n") is not None
    text = "a head of more than 65536 bytes"
    assert refusal(a_head(MAX_HEAD_BYTES + 1)) == text
    assert responded(a_head(MAX_HEAD_BYTES + 9)[:MAX_HEAD_BYTES]) is None
    assert refusal(a_head(MAX_HEAD_BYTES + 9)[: MAX_HEAD_BYTES + 1]) == text


def test_all_heads_together_have_at_most_a_mib() -> None:
    early = a_head(1_024, b"HTTP/1.1 103 x\r\nX: ")
    final = b"HTTP/1.1 200 x\r\n\r\n"

    assert responded(*[early] * 1_024) is None
    assert refusal(*[early] * 1_024, b"H") == "a head of more than 65536 bytes"
    heads = [early] * 1_023
    assert responded(*heads, b"HTTP/1.1 103 x\r\n\r\n" + final) is not None


class Wire:
    """Stands in for the connection: sends a part at each step, and plays what arrives."""

    def __init__(self, *arriving: bytes | None, unsent: int = 0) -> None:
        self.arriving = list(arriving)
        self.unsent = b"x" * unsent
        self.steps = 0
        self.left: list[float] = []

    def step(self, deadline: Deadline) -> bytes | None:
        self.steps += 1
        assert self.steps < 2_000, "it goes on without end"
        self.left.append(deadline.remaining())
        self.unsent = self.unsent[1:]
        return self.arriving.pop(0) if self.arriving else None


def finished(wire: Any, status: int, body_bytes: int = 0, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    deadline = Deadline(5, lambda: 0.0)
    _let_it_finish(wire, Response(status=status, headers=sent), body_bytes, deadline)
    return wire


@pytest.mark.parametrize(
    ("status", "steps"), [(199, 0), (200, 3), (201, 3), (299, 3), (300, 0), (500, 0)]
)
def test_who_has_accepted_an_event_gets_the_rest_of_it(status: int, steps: int) -> None:
    wire = finished(Wire(unsent=3), status, content_length="0")

    assert (wire.steps, wire.left) == (steps, [5] * steps)


@pytest.mark.parametrize("already", [0, 10])
def test_but_not_if_it_writes_without_end(already: int) -> None:
    chunk = b"x" * 1_024
    wire = finished(Wire(*[chunk] * 2_000, unsent=9_000), 200, already)

    assert wire.steps == 1_024
    assert finished(Wire(chunk, b"", unsent=9), 200, 0).steps == 2


@pytest.mark.parametrize(
    ("announced", "arriving", "steps"),
    [
        ("0", [], 0),
        ("1", [b"x"], 1),
        ("10", [b"x" * 9, None, b"x"], 3),
        ("4096", [b"x" * 4_095, b"x"], 2),
        ("4097", [b"x" * 4_095, b"x"], 2),
        ("999999999", [b"x" * 4_095, b"x"], 2),
        ("9999999999", [b"x" * 4_095, b"x"], 2),
        ("-1", [b"x" * 4_096], 1),
        ("", [b"x" * 4_095, b""], 2),
    ],
)
def test_of_a_body_so_much_is_awaited_as_is_announced_up_to_4_kib_for_half_a_second(
    announced: str, arriving: list[bytes | None], steps: int
) -> None:
    wire = finished(Wire(*arriving), 500, content_length=announced)

    assert (wire.steps, wire.left) == (steps, [0.5] * steps)


def test_what_has_arrived_with_the_head_is_not_awaited_again() -> None:
    assert finished(Wire(), 500, 4_096).steps == 0
    assert finished(Wire(), 500, 10, content_length="10").steps == 0
    assert finished(Wire(b"x"), 500, 9, content_length="10").steps == 1
