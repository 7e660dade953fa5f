"""An endpoint that accepts and does not respond is named while it is waited for."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from ops.aws.waiting import announce_waiting, announced


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_what_is_waited_for_is_named_before_it_fails(
    silent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs = boto3.client(
        "sqs",
        region_name="us-east-1",
        endpoint_url=silent,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- nobody checks it
        config=Config(read_timeout=1, retries={"total_max_attempts": 1}, proxies={}),
    )
    announce_waiting(sqs, seconds=0.1)

    with pytest.raises(ReadTimeoutError):
        sqs.list_queues()

    assert f"Waiting for sqs at {silent}/ (ListQueues)" in capsys.readouterr().err


def test_another_program_is_named_while_it_is_waited_for(
    capfd: pytest.CaptureFixture[str],
) -> None:
    reader, writer = os.pipe()
    with announced("pulumi stack output", seconds=0.01), open(reader) as pipe:  # noqa: PTH123
        threading.Timer(0.3, os.close, (writer,)).start()
        pipe.read()
    with announced("what is quick"):
        pass

    assert capfd.readouterr().err == "Waiting for pulumi stack output …\n"
