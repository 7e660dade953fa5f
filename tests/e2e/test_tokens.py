"""Who may call the API with a token, and who may not; all data under a customer key."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack, handoff_stack
from tests.e2e.token_issuer import TokenIssuer, new_key, running_issuer

PAGE = "https://tasks.example.com"
READ, WRITE = ["tasks/read"], ["tasks/write"]
SCOPES = {
    "POST /tasks": WRITE,
    "GET /tasks": READ,
    "GET /tasks/{taskId}": READ,
    "PUT /tasks/{taskId}": WRITE,
    "PATCH /tasks/{taskId}": WRITE,
    "DELETE /tasks/{taskId}": WRITE,
}
TASK = "/tasks/0199d3c0-7f00-7000-8000-000000000000"
EVERY_ROUTE = [
    *(("GET", "/tasks"), ("POST", "/tasks"), ("HEAD", "/tasks"), ("GET", "/elsewhere")),
    *((method, TASK) for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE")),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def protected(issuer: TokenIssuer) -> Iterator[HandoffStack]:
    auth = {"kind": "jwt", "issuer": issuer.url, "audiences": ["tasks"], "scopes": SCOPES}
    settings = {
        "api": json.dumps({"auth": auth, "corsOrigins": [PAGE]}),
        "encryption": "customer",
        "protectData": "true",
    }
    with handoff_stack(
        "e2e-tokens", retry_base_seconds=0.2, settings=settings, watched=False
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def client(protected: HandoffStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=protected.api_url, trust_env=False, timeout=30) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unsigned(token: str) -> str:
    """The token with the algorithm "none" and without a signature."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"the-only-key"}').rstrip(b"=").decode()
    return ".".join([header, token.split(".")[1], ""])


def with_other_claims(token: str) -> str:
    """The token with a claim changed after it was signed."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = json.dumps({**claims, "sub": "someone else"}).encode()
    return ".".join([header, base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), signature])


BAD_TOKENS: dict[str, Callable[[TokenIssuer], str]] = {
    "of another audience": lambda issuer: issuer.token(aud="payments"),
    "without an audience": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://elsewhere.example.com"),
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 1),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 300),
    "forged with another key": lambda issuer: issuer.token(key=new_key()),
    "changed after it was signed": lambda issuer: with_other_claims(issuer.token()),
    "unsigned": lambda issuer: unsigned(issuer.token()),
    "no token at all": lambda _issuer: "letmein",
}


@pytest.mark.parametrize("why", BAD_TOKENS)
def test_a_bad_token_gives_access_to_no_route(
    why: str, client: httpx.Client, issuer: TokenIssuer
) -> None:
    token = BAD_TOKENS[why](issuer)

    responses = [client.request(*route, headers=bearer(token)) for route in EVERY_ROUTE]

    assert {response.status_code for response in responses} == {401}


def test_without_a_token_every_route_is_unauthorized(client: httpx.Client) -> None:
    responses = [client.request(*route) for route in EVERY_ROUTE]

    assert {response.status_code for response in responses} == {401}
    assert responses[0].json() == {"message": "Unauthorized"}


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
def test_a_token_without_the_scope_is_rejected(
    method: str, path: str, client: httpx.Client, issuer: TokenIssuer
) -> None:
    read_only, write_only = (bearer(issuer.token(scope=scope)) for scope in (*READ, *WRITE))

    allowed = {
        name
        for name, headers in (("read", read_only), ("write", write_only))
        if client.request(method, path, headers=headers).status_code != 403
    }

    if path == "/elsewhere":
        assert allowed == {"read", "write"}
    else:
        assert allowed == {"read" if method in ("GET", "HEAD") else "write"}


def test_a_good_token_creates_and_reads_a_task(
    client: httpx.Client, issuer: TokenIssuer, protected: HandoffStack
) -> None:
    headers = bearer(issuer.token())

    created = client.post("/tasks", json={"title": "Behind a token"}, headers=headers)

    assert created.status_code == 201, created.text
    assert client.get(created.headers["Location"], headers=headers).json() == created.json()
    head = client.head(created.headers["Location"], headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == created.headers["ETag"]


def test_what_is_stored_is_encrypted_with_the_customers_key(protected: HandoffStack) -> None:
    (key,) = protected.client("kms").list_keys()["Keys"]
    table = protected.client("dynamodb").describe_table(
        TableName=protected.outputs["tasksTableName"]
    )
    queue = protected.client("sqs").get_queue_attributes(
        QueueUrl=protected.dead_letter_queue_url, AttributeNames=["All"]
    )

    assert table["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key["KeyArn"]
    assert queue["Attributes"]["KmsMasterKeyId"] == key["KeyArn"]


def test_a_listed_web_page_may_send_requests_and_read_the_responses(
    client: httpx.Client, issuer: TokenIssuer
) -> None:
    preflight = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH"}
    response = client.options(TASK, headers=preflight)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"]
    for header in ("authorization", "if-match", "idempotency-key", "x-correlation-id"):
        assert header in allowed

    read = client.get("/tasks", headers={"Origin": PAGE, **bearer(issuer.token())})
    assert read.headers["Access-Control-Allow-Origin"] == PAGE
    assert "etag" in read.headers["Access-Control-Expose-Headers"]


def test_another_web_page_may_not(client: httpx.Client, issuer: TokenIssuer) -> None:
    headers = {"Origin": "https://evil.example.com", **bearer(issuer.token())}

    response = client.options("/tasks", headers={**headers, "Access-Control-Request-Method": "GET"})

    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Access-Control-Allow-Origin" not in client.get("/tasks", headers=headers).headers
