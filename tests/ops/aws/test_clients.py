"""The clients of a run: one for each service and connection, whoever asks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest

from serverless_ops.aws.clients import Clients, Connection, Keys

LOCAL = Connection(
    region="eu-west-1", endpoint_url="http://127.0.0.1:1", local=True, keys=Keys("key", "secret")
)
_THREADS = 8


def test_threads_that_all_ask_first_get_the_same_client() -> None:
    clients, together = Clients(), threading.Barrier(_THREADS)

    def ask(_: int) -> Any:
        together.wait()
        return clients("sqs", LOCAL)

    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(ask, range(_THREADS)))

    assert len({id(each) for each in found}) == 1


def test_another_connection_has_clients_of_its_own() -> None:
    clients = Clients()
    elsewhere = replace(LOCAL, region="us-east-1", keys=Keys("other", "secret"))

    first, second = clients("sqs", LOCAL), clients("sqs", elsewhere)

    assert (first.meta.region_name, second.meta.region_name) == ("eu-west-1", "us-east-1")
    assert second._request_signer._credentials.access_key == "other"


def test_clients_of_a_connection_share_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, make = [], boto3.Session

    def counted(**arguments: Any) -> Any:
        sessions.append(arguments)
        return make(**arguments)

    monkeypatch.setattr(boto3, "Session", counted)
    clients = Clients()

    for service in ("sqs", "dynamodb", "sqs", "lambda"):
        clients(service, LOCAL)

    assert len(sessions) == 1


def test_a_client_keeps_fifty_connections() -> None:
    assert Clients()("sqs", LOCAL).meta.config.max_pool_connections == 50
