from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serverless_runtime.shared import aws

SMALL = ["dynamodb", "lambda", "sqs", "sns", "events", "sesv2", "secretsmanager", "ssm"]


@pytest.mark.parametrize("service", aws.CLIENT_CONFIGS)
def test_boto3_has_the_same_timeouts_and_attempts(service: str) -> None:
    theirs, ours = aws.boto3_client(service).meta.config, aws.CLIENT_CONFIGS[service]

    assert (theirs.connect_timeout, theirs.read_timeout) == (
        ours.connect_timeout,
        ours.read_timeout,
    )
    assert theirs.retries == {"mode": "standard", "total_max_attempts": ours.total_max_attempts}


@pytest.mark.parametrize("service", ["sesv2", "sns"])
def test_a_message_is_never_sent_twice_by_a_retry(service: str) -> None:
    assert aws.CLIENT_CONFIGS[service].total_max_attempts == 1


@pytest.mark.parametrize("service", aws.CLIENT_CONFIGS)
def test_no_call_outlasts_the_api(service: str) -> None:
    assert aws.CLIENT_CONFIGS[service].max_seconds <= 11


def test_a_service_without_an_entry_has_the_timeouts_of_boto3() -> None:
    config = aws.client("s3").meta.config

    assert (config.read_timeout, config.retries["total_max_attempts"]) == (60, 3)


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_threads_that_all_ask_first_get_the_same_client(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "_clients", {})
    together = threading.Barrier(8)

    def ask(_: int) -> Any:
        together.wait()
        return aws.client(service)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))

    assert len({id(each) for each in found}) == 1


@pytest.mark.parametrize("service", SMALL)
def test_only_the_client_that_is_used_is_imported(service: str) -> None:
    code = (
        "import sys; from serverless_runtime.shared import aws; "
        f"aws.client({service!r}); print(*sys.modules)"
    )

    imported = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", code],
        env={"AWS_DEFAULT_REGION": "eu-west-1", "PYTHONPATH": "lambdas"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    aws_modules = ["lambda_", "container_credentials", *SMALL]
    found = {name for name in aws_modules if f"serverless_runtime.shared.aws.{name}" in imported}
    assert found == {service if service != "lambda" else "lambda_"}
    assert not {"boto3", "botocore"} & set(imported)
