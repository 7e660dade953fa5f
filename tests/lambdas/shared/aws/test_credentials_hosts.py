"""Credentials are fetched only from hosts that botocore accepts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from botocore.utils import ContainerMetadataFetcher

from serverless_runtime.shared.aws import container_credentials
from serverless_runtime.shared.aws.signing import CredentialsError

RELATIVE, FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
URLS = [
    "http://127.0.0.1/x",
    "http://127.8.9.1:9001/x",
    "http://[::1]/x",
    "http://localhost/x",
    "http://169.254.170.2/x",
    "http://169.254.170.23/v1/credentials",
    "http://[fd00:ec2::23]/v1/credentials",
    "https://credentials.example.com/x",
    "http://credentials.example.com/x",
    "http://169.254.169.254/x",
    "http://10.0.0.1/x",
    "http://127.0.0.1.example.com/x",
    "http://2130706433/x",
    "ftp://10.0.0.1/x",
    "/x",
    "",
]


@pytest.mark.parametrize("url", URLS)
def test_a_host_that_botocore_does_not_call_is_not_called(url: str) -> None:
    try:
        ContainerMetadataFetcher()._validate_allowed_url(url)
        theirs = True
    except ValueError:
        theirs = False

    assert _is_called({FULL: url}) is theirs


def _is_called(environ: Mapping[str, str]) -> bool:
    try:
        container_credentials._url_from(environ)
    except CredentialsError:
        return False
    return True


def test_a_relative_uri_comes_first_and_is_the_ecs_agents() -> None:
    environ = {RELATIVE: "/v2/credentials/id", FULL: "http://localhost/x"}

    assert container_credentials._url_from(environ).geturl() == (
        "http://169.254.170.2/v2/credentials/id"
    )
