"""Responses as they arrive, in any pieces: read as http.client reads them, or refused."""

from __future__ import annotations

import http.client
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.shared.aws.http_response import (
    MAX_HEAD_BYTES,
    MalformedResponseError,
    read_response,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
IN_CHUNKS = CHUNKED + b'2\r\nbo\r\n00a;name="x"\r\n' + b"x" * 10 + b"\r\n0\r\nX-Checksum: 1\r\n\r\n"


def read(pieces: Iterable[bytes]) -> tuple[int, dict[str, str], bytes, bool]:
    """Read what arrives in these pieces, and then ends."""
    arriving = itertools.chain(pieces, itertools.repeat(b""))
    return read_response(lambda: next(arriving))


class Socket:
    """What http.client reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._data))


def read_by_http_client(data: bytes) -> tuple[int, dict[str, str], bytes, bool]:
    received = http.client.HTTPResponse(cast("Any", Socket(data)), method="POST")
    received.begin()
    headers = {name.lower(): value for name, value in received.getheaders()}
    return received.status, headers, received.read(), received.will_close


@dataclass(frozen=True)
class Framing:
    """How a response says where it ends."""

    name: str
    header: bytes
    body: bytes
    """As it is sent."""


def framings(body: bytes, size: int) -> list[Framing]:
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    in_chunks = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks)
    return [
        Framing("length", b"content-length: %d\r\n" % len(body), body),
        Framing("chunks", b"Transfer-Encoding: chunked\r\n", in_chunks + b"0\r\n\r\n"),
        Framing(
            "extended", b"Transfer-Encoding: Chunked\r\n", in_chunks + b"00;a=1\r\nX: y\r\n\r\n"
        ),
        Framing("end", b"", body),
    ]


names = st.sampled_from([b"X-Amzn-RequestId", b"x-amz-crc32", b"Date", b"!#$%&'*+-.^_`|~"])
values = st.binary(max_size=20).map(
    lambda data: bytes(each for each in data if each >= 0x20 and each not in (0x7F, 0x85)).strip()
)


@given(
    status=st.sampled_from([200, 202, 204, 304, 400, 503, 599]),
    version=st.sampled_from([b"0", b"1"]),
    reason=st.sampled_from([b"", b" ", b" OK", b" Not \xe9 good"]),
    headers=st.dictionaries(names, values, max_size=4),
    connection=st.sampled_from([b"", b"Connection: close\r\n", b"Connection: Keep-Alive\r\n"]),
    body=st.binary(max_size=40),
    chunk_bytes=st.integers(1, 20),
    framing_index=st.integers(0, 3),
    continues=st.booleans(),
    piece_bytes=st.integers(1, 60),
)
def test_what_http_client_reads_is_read_the_same(
    *,
    status: int,
    version: bytes,
    reason: bytes,
    headers: dict[bytes, bytes],
    connection: bytes,
    body: bytes,
    chunk_bytes: int,
    framing_index: int,
    continues: bool,
    piece_bytes: int,
) -> None:
    has_body = status not in (204, 304)
    # http.client looks for chunks where no body may be.
    framing = framings(body, chunk_bytes)[framing_index if has_body else framing_index % 2 * 3]
    data = b"".join(
        [
            b"HTTP/1.1 100 Continue\r\n\r\n" if continues else b"",
            b"HTTP/1.%b %d%b\r\n" % (version, status, reason),
            *(b"%b: %b\r\n" % each for each in headers.items()),
            connection,
            framing.header,
            b"\r\n",
            framing.body if has_body else b"",
        ]
    )
    pieces = [data[at : at + piece_bytes] for at in range(0, len(data), piece_bytes)]

    *found, is_last = read(pieces)
    *expected, will_close = read_by_http_client(data)

    assert found == expected
    # Without a body, http.client closes a connection for want of its length.
    assert is_last == will_close or (framing.name == "end" and not has_body)


@pytest.mark.parametrize("whole", [OK, IN_CHUNKS])
def test_what_ends_too_early_is_no_response(whole: bytes) -> None:
    assert read([whole])[2] in (b"body", b"bo" + b"x" * 10)
    for end in range(len(whole)):
        with pytest.raises(MalformedResponseError, match="ended before the response did"):
            read([whole[:end]])


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.x 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: y\rZ: z\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n1",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"-1\r\n\r\n0\r\n\r\n",
        CHUNKED + b"0x1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"1\r\nxx\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 21 + OK,
    ],
)
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedResponseError, match=r"^(?!.*ended before)"):
        read([data])


@pytest.mark.parametrize("start", [b"x", b"HTTP/1.1 200 OK\r\nX: ", CHUNKED, CHUNKED + b"0\r\n"])
def test_no_line_is_read_without_end(start: bytes) -> None:
    endless = itertools.repeat(b"x" * 1_000, 2 * MAX_HEAD_BYTES // 1_000)

    with pytest.raises(MalformedResponseError, match="more than 65536 bytes"):
        read([start, *endless])


def test_no_trailers_are_read_without_end() -> None:
    with pytest.raises(MalformedResponseError, match="too many trailers"):
        read([CHUNKED, b"0\r\n", *itertools.repeat(b"X: y\r\n", 1_000)])


@given(
    st.lists(st.sampled_from([OK, CHUNKED, IN_CHUNKS, b"\r\n", b"5\r\n", b"\xff", b"HTTP/1.1 "]))
)
def test_whatever_arrives_is_a_response_or_is_refused(pieces: list[bytes]) -> None:
    try:
        status, *_ = read(pieces)
    except MalformedResponseError:
        return
    assert status == 200


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"HTTP/1.1 204 X\nA: 1\nB: 2\n\n", {"a": "1", "b": "2"}),
        (b"HTTP/1.1 204 X\r\nA: 1\n\r\n", {"a": "1"}),
        (b"HTTP/1.1 204 X\r\nA: 1\r\n\t 2\r\n\r\n", {"a": "1 2"}),
        (b"HTTP/1.1  204\r\nA:1\r\n\r\n", {"a": "1"}),
    ],
    ids=["bare ends", "mixed ends", "folded", "two spaces"],
)
def test_what_is_not_quite_http_is_read_as_soon_as_it_is_there(
    data: bytes, headers: dict[str, str]
) -> None:
    arriving = iter([data])

    assert read_response(lambda: next(arriving)) == (204, headers, b"", False)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: 4\r\nContent-Length: 4",
        b"Content-Length: 4, 4",
        b"Transfer-Encoding: identity\r\nContent-Length: 4",
    ],
)
def test_what_proxies_say_twice_is_said_once(header: bytes) -> None:
    assert read([b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\nbody"])[2:] == (b"body", False)


def test_responses_that_are_not_final_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"

    assert read([early, early + OK])[:3] == (200, {"content-length": "4"}, b"body")


def test_a_header_that_comes_twice_is_a_list() -> None:
    data = b"HTTP/1.1 204 No Content\r\nX-A: 1\r\nx-a:2\r\n\r\n"

    assert read([data])[1] == {"x-a": "1, 2"}


@pytest.mark.parametrize("whole", [OK, IN_CHUNKS, b"HTTP/1.1 204 No Content\r\n\r\n"])
def test_after_more_than_a_response_the_connection_ends(whole: bytes) -> None:
    assert [read([whole + more])[3] for more in (b"", b"x")] == [False, True]
