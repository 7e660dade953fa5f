"""The program in the emulator: `python -m local test examples/web_service`."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.emulator.clients import Clients
from local.permitted import as_function
from local.schemathesis import compare
from local.testing import DeployChanged, Deployed, sized

EXAMPLE = Path(__file__).parents[1]
CLIENTS = 32
REQUESTS_PER_OPERATION, MINIMUM_REQUESTS = sized(25, full=500), sized(100, full=2_000)


@pytest.fixture(scope="module")
def api(program: Deployed) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.outputs["apiUrl"], timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def careless(deploy_changed: DeployChanged) -> Iterator[httpx.Client]:
    """The same program, which does not look whether a book is lent: the negative control."""
    condition = ', "ConditionExpression": "attribute_not_exists(id)"'
    with (
        deploy_changed({"loans/shelf.py": [(condition, "")]}) as running,
        httpx.Client(base_url=running.outputs["apiUrl"], timeout=30, trust_env=False) as client,
    ):
        yield client


def name(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:12]}"


def lend(api: httpx.Client, book: str, reader: str, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post("/loans", json={"bookId": book, "readerId": reader}, headers=headers)


def race(api: httpx.Client) -> list[httpx.Response]:
    """What 32 readers get who want one book at the same time."""
    book, readers = name("book"), [name("reader") for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda reader: lend(api, book, reader), readers))


def test_of_32_readers_who_want_one_book_exactly_one_gets_it(api: httpx.Client) -> None:
    responses = race(api)

    assert Counter(each.status_code for each in responses) == {201: 1, 409: CLIENTS - 1}
    for each in responses:
        if each.status_code == httpx.codes.CONFLICT:
            assert each.headers["Content-Type"] == "application/problem+json"


def test_without_the_condition_several_readers_have_the_same_book(careless: httpx.Client) -> None:
    statuses = Counter(each.status_code for each in race(careless))

    assert statuses[httpx.codes.CREATED] > 1, statuses


def test_a_book_that_was_returned_can_be_lent_again(api: httpx.Client) -> None:
    book = name("book")
    first = lend(api, book, "reader-1")
    path = first.headers["Location"]

    returned = api.post(f"{path}/return", headers={"If-Match": first.headers["ETag"]})

    assert (returned.status_code, returned.json()["version"]) == (200, 2)
    assert api.post(f"{path}/return").json() == returned.json(), "returned again, nothing changes"
    assert lend(api, book, "reader-2").status_code == httpx.codes.CREATED
    assert api.post(f"{path}/return").status_code == httpx.codes.OK
    assert lend(api, book, "reader-3").status_code == httpx.codes.CONFLICT, "reader-2 has it"


def test_a_precondition_about_another_version_changes_nothing(api: httpx.Client) -> None:
    loan = lend(api, name("book"), "reader")
    path = loan.headers["Location"]

    assert api.post(f"{path}/return", headers={"If-Match": '"2"'}).status_code == 412
    assert api.get(path).json() == loan.json()
    assert api.get(path, headers={"If-None-Match": '"1"'}).status_code == 304


def test_a_request_that_comes_again_with_its_key_lends_once(api: httpx.Client) -> None:
    book, key = name("book"), name("key")
    with ThreadPoolExecutor(8) as clients:
        responses = list(clients.map(lambda _: lend(api, book, "reader", key), range(8)))

    done = [each for each in responses if each.status_code == httpx.codes.CREATED]
    assert done
    assert {each.text for each in done} == {lend(api, book, "reader", key).text}
    assert {each.status_code for each in responses} <= {201, 409}
    assert lend(api, name("book"), "reader", key).status_code == 422


def test_a_reader_sees_the_newest_loan_first_a_page_at_a_time(api: httpx.Client) -> None:
    reader = name("reader")
    lent = [lend(api, name("book"), reader).json()["id"] for _ in range(5)]
    path, found, cursor = f"/readers/{reader}/loans", list[str](), dict[str, str]()

    for _ in range(3):
        page = api.get(path, params={"limit": "2", **cursor}).json()
        found += [each["id"] for each in page["items"]]
        cursor = {"cursor": page.get("nextCursor", "")}

    assert found == sorted(lent, reverse=True)
    assert "nextCursor" not in page
    other = api.get(path, params={"limit": "2"}).json()["nextCursor"]
    refused = api.get("/readers/somebody-else/loans", params={"cursor": other})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "cursor")


def test_head_has_what_get_has_and_the_rest_is_refused(api: httpx.Client) -> None:
    path = lend(api, name("book"), "reader").headers["Location"]

    got, head = api.get(path), api.head(path)

    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    assert api.head("/readers/reader/loans").status_code == httpx.codes.OK
    assert api.put(path).headers["Allow"] == "GET, HEAD"
    assert api.get("/loans").headers["Allow"] == "POST"
    assert api.get("/books").status_code == httpx.codes.NOT_FOUND


def test_the_running_api_and_its_document_agree(api: httpx.Client) -> None:
    found = compare(
        EXAMPLE, "openapi.yaml", str(api.base_url), requests_per_operation=REQUESTS_PER_OPERATION
    )

    assert found.agrees, found.output
    assert found.requests >= MINIMUM_REQUESTS, found.output


ATTEMPTS: dict[str, Callable[[Clients, str], Any]] = {
    "get": lambda client, table: client("dynamodb").get_item(
        TableName=table, Key={"id": {"S": "none"}}
    ),
    "put": lambda client, table: client("dynamodb").put_item(
        TableName=table, Item={"id": {"S": "none"}}
    ),
    "update": lambda client, table: client("dynamodb").update_item(
        TableName=table, Key={"id": {"S": "none"}}
    ),
    "delete": lambda client, table: client("dynamodb").delete_item(
        TableName=table, Key={"id": {"S": "none"}}
    ),
    "query index": lambda client, table: client("dynamodb").query(
        TableName=table,
        IndexName="by-reader",
        KeyConditionExpression="reader_id = :none",
        ExpressionAttributeValues={":none": {"S": "none"}},
    ),
    "scan": lambda client, table: client("dynamodb").scan(TableName=table),
}
ALLOWED = {
    "loans-lend-book": {"put"},
    "loans-get-loan": {"get"},
    "loans-return-book": {"get", "update", "delete"},
    "loans-list-loans": {"query index"},
    "loans-no-route": set[str](),
}


@pytest.mark.parametrize("function", ALLOWED)
def test_each_function_may_do_what_its_operation_says(program: Deployed, function: str) -> None:
    client = as_function(program, function)
    denied = client("dynamodb").exceptions.ClientError
    allowed = set()
    for what, attempt in ATTEMPTS.items():
        try:
            attempt(client, program.outputs["table"])
        except denied as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
        else:
            allowed.add(what)

    assert allowed == ALLOWED[function]
