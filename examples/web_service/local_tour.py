"""The story of one book, and of everybody who wants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.testing import Deployed
from local.tour import require

_READERS = 32
_BOOK = "tour-1811"


def everybody_wants_one_book(program: Deployed) -> Iterator[str]:
    """Thirty-two readers want the same book at the same time"""
    with _api(program) as api, ThreadPoolExecutor(_READERS) as readers:
        statuses = Counter(readers.map(lambda number: _lend(api, number), range(_READERS)))
    require(statuses == {201: 1, 409: _READERS - 1}, "one loan, and 31 refusals", seen=statuses)
    yield f"POST /loans → one 201, and {statuses[409]} times 409: a book has one loan"


def it_is_returned(program: Deployed) -> Iterator[str]:
    """The reader returns it, with a precondition about what was read"""
    with _api(program) as api:
        reader, loan = _loan_of_the_book(api)
        path = f"/loans/{loan['id']}"
        stale = api.post(f"{path}/return", headers={"If-Match": '"7"'}).status_code
        require(stale == httpx.codes.PRECONDITION_FAILED, "a refusal", seen=stale)
        yield f"POST {path[:18]}…/return with another version → {stale}: nothing has changed"
        etag = api.head(path).headers["ETag"]
        returned = api.post(f"{path}/return", headers={"If-Match": etag}).json()
        require("returnedAt" in returned, "a returned book", seen=returned)
        yield f"with If-Match: {etag}, which HEAD has told → {reader} has returned the book"


def a_client_is_not_sure(program: Deployed) -> Iterator[str]:
    """A client has lost the response, and sends its request again"""
    key = {"Idempotency-Key": "tour-desk-3-0001"}
    body = {"bookId": _BOOK, "readerId": "tour-reader-again"}
    with _api(program) as api:
        first, again = (api.post("/loans", json=body, headers=key) for _ in range(2))
        require(first.json() == again.json(), "the same loan twice", seen=again.text)
        yield f"both get {again.status_code} and the same loan; without the key it would be 409"
        other = api.post("/loans", json={**body, "readerId": "tour-other"}, headers=key)
        require(other.status_code == httpx.codes.UNPROCESSABLE_ENTITY, "422", seen=other.text)
        yield f"the key with another body → {other.status_code}: {other.json()['detail']}"


def a_request_is_wrong(program: Deployed) -> Iterator[str]:
    """Somebody mistypes, and somebody tries what is not there"""
    with _api(program) as api:
        wrong = api.post("/loans", json={"bookId": "?", "reader": "R-7"}).json()
        named = [f"{each['field']} {each['detail']}" for each in wrong["errors"]]
        require(len(named) > 1, "every mistake at once", seen=named)
        yield f"{wrong['status']} names every mistake: {'; '.join(named)}"
        refused = api.delete("/loans")
        require(refused.status_code == httpx.codes.METHOD_NOT_ALLOWED, "405", seen=refused.text)
        yield f"DELETE /loans → 405, Allow: {refused.headers['Allow']}"


def _api(program: Deployed) -> httpx.Client:
    return httpx.Client(base_url=program.outputs["apiUrl"], timeout=30, trust_env=False)


def _lend(api: httpx.Client, number: int) -> int:
    wanted = {"bookId": _BOOK, "readerId": f"tour-reader-{number}"}
    return api.post("/loans", json=wanted).status_code


def _loan_of_the_book(api: httpx.Client) -> tuple[str, dict[str, str]]:
    for number in range(_READERS):
        reader = f"tour-reader-{number}"
        for loan in api.get(f"/readers/{reader}/loans").json()["items"]:
            return reader, loan
    require(holds=False, expected="a loan of the book", seen="none")
    raise AssertionError


STEPS = (everybody_wants_one_book, it_is_returned, a_client_is_not_sure, a_request_is_wrong)
