"""Credentials of the environment, and of a container's endpoint: a real server on this machine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ContainerProvider

from local.serving import serving
from serverless_runtime.shared.aws import container_credentials
from serverless_runtime.shared.aws.container_credentials import ContainerCredentials
from serverless_runtime.shared.aws.credentials import current_credentials
from serverless_runtime.shared.aws.signing import Credentials, CredentialsError
from tests.lambdas.shared.aws.credentials_endpoint import LIFETIME_SECONDS, Endpoint
from tests.lambdas.shared.aws.recorded_wire import small_client
from tests.lambdas.shared.aws.test_requests import OK

FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN, TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint()) as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    container_credentials.container_credentials.cache_clear()
    yield
    container_credentials.container_credentials.cache_clear()


def a_container(endpoint: Endpoint, **environ: str) -> tuple[ContainerCredentials, list[float]]:
    """Return one that shares the endpoint's clock, and the delays that it requests."""
    slept: list[float] = []
    environ = {FULL: endpoint.url, **environ}
    container = ContainerCredentials(environ, endpoint.clock, slept.append)
    return container, slept


def test_credentials_of_the_environment_come_first(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FULL, endpoint.url)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t")

    assert current_credentials() == Credentials("testing", "testing", "t")
    assert endpoint.requests == []


def test_requests_are_signed_with_the_credentials_of_the_container(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv(FULL, endpoint.url)
    monkeypatch.setenv(TOKEN, "Basic abc")
    clients = [small_client(service, [OK, OK]) for service in ("dynamodb", "sqs")]

    for _ in range(2):
        clients[0].get_item(TableName="t", Key={})
        clients[1].send_message(QueueUrl="q", MessageBody="x")

    for client in clients:
        for request in client.transport.requests:
            assert "Credential=AKID1/" in request.headers["Authorization"]
            assert request.headers["X-Amz-Security-Token"] == "a token"
    assert endpoint.requests == [("/v1/credentials?role=r", "Basic abc")]


@pytest.mark.parametrize("with_file", [False, True])
def test_botocore_sends_the_same_and_gets_the_same(
    endpoint: Endpoint, tmp_path: Path, with_file: bool
) -> None:
    (tmp_path / "token").write_text("of the file")
    tokens = {
        TOKEN: "of the variable",
        **({TOKEN_FILE: str(tmp_path / "token")} if with_file else {}),
    }
    container, _ = a_container(endpoint, **tokens)
    ours = container.current()
    theirs = ContainerProvider({FULL: endpoint.url, **tokens}).load()

    assert theirs is not None
    assert ours == Credentials("AKID1", "a secret", "a token")
    assert (theirs.access_key, theirs.secret_key, theirs.token) == ("AKID2", *ours[1:])
    assert endpoint.requests[0] == endpoint.requests[1]
    assert endpoint.requests[0][1] == ("of the file" if with_file else "of the variable")


def test_a_token_is_read_from_its_file_at_every_refresh(endpoint: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    container, _ = a_container(endpoint, **{TOKEN_FILE: str(file)})
    container.current()
    file.write_text("second")
    endpoint.advance(LIFETIME_SECONDS)

    container.current()

    assert [token for _, token in endpoint.requests] == ["first", "second"]


def test_credentials_are_kept_until_fifteen_minutes_before_they_expire(endpoint: Endpoint) -> None:
    container, _ = a_container(endpoint)
    container.current()

    endpoint.advance(LIFETIME_SECONDS - 901)
    assert container.current().access_key == "AKID1"
    endpoint.advance(1)
    assert container.current().access_key == "AKID2"
    assert container.current().access_key == "AKID2"
    assert len(endpoint.requests) == 2


def test_an_early_refresh_that_fails_leaves_the_older_credentials_in_use(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    container, slept = a_container(endpoint)
    container.current()
    endpoint.statuses = [500] * 100

    endpoint.advance(LIFETIME_SECONDS - 601)
    with caplog.at_level(logging.WARNING):
        assert container.current().access_key == "AKID1"
    assert "not refreshed" in caplog.text
    assert slept == [], "a request waits for it"

    endpoint.advance(1)
    with pytest.raises(CredentialsError, match="status 500"):
        container.current()


def test_while_one_thread_refreshes_early_the_others_use_the_older_credentials(
    endpoint: Endpoint,
) -> None:
    container, _ = a_container(endpoint)
    container.current()
    endpoint.advance(LIFETIME_SECONDS - 800)
    endpoint.delay_seconds = 0.3
    together = threading.Barrier(4)

    def current(_: int) -> str:
        together.wait(5)
        return container.current().access_key

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(current, range(4)))

    assert found == ["AKID1", "AKID1", "AKID1", "AKID2"]


def test_threads_that_find_none_wait_for_one_fetch(endpoint: Endpoint) -> None:
    container, _ = a_container(endpoint)
    endpoint.delay_seconds = 0.1

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: container.current().access_key, range(4)))

    assert found == {"AKID1"}


def test_a_failing_endpoint_is_called_three_times(endpoint: Endpoint) -> None:
    container, slept = a_container(endpoint)
    endpoint.statuses = [500, 503]
    assert container.current().access_key == "AKID3"
    assert slept == [1, 1]

    container, _ = a_container(endpoint)
    endpoint.statuses = [500, 500, 500]
    with pytest.raises(CredentialsError, match=r"none from localhost: .*status 500"):
        container.current()
    assert len(endpoint.requests) == 6


def test_an_unresponsive_endpoint_times_out(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_credentials, "_TIMEOUT_SECONDS", 0.05)
    endpoint.delay_seconds = 0.5
    container, slept = a_container(endpoint)

    with pytest.raises(CredentialsError, match="timed out"):
        container.current()
    assert slept == [1, 1]


@pytest.mark.parametrize(
    "document",
    [
        {"AccessKeyId": "a", "SecretAccessKey": "a secret"},
        {"AccessKeyId": "a", "SecretAccessKey": "a secret", "Token": "t", "Expiration": "soon"},
        ["a secret"],
    ],
)
def test_a_document_without_credentials_is_an_error_that_quotes_none(
    endpoint: Endpoint, document: Any
) -> None:
    endpoint.document = document

    with pytest.raises(CredentialsError, match="none from localhost") as raised:
        a_container(endpoint)[0].current()

    assert "a secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, f"neither AWS_ACCESS_KEY_ID nor {FULL} is set; Lambda sets one of them"),
        ({FULL: "http://example.com/x"}, f"{FULL} must be https, or at a loopback .*; got example"),
        ({FULL: "http://localhost/x", TOKEN: "a\nHost: b"}, f"{TOKEN} must be one line"),
        ({FULL: "http://localhost/x", TOKEN_FILE: "/nonexistent"}, f"{TOKEN_FILE} cannot be read"),
    ],
)
def test_errors_explain_what_is_wrong(environ: dict[str, str], message: str) -> None:
    with pytest.raises(CredentialsError, match=message):
        ContainerCredentials(environ).current()


def test_half_of_the_credentials_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CredentialsError, match="AWS_SECRET_ACCESS_KEY is not"):
        current_credentials()
