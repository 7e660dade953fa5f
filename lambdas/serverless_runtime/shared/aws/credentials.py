"""Credentials as AWS gives them to a function: in its environment, or from an HTTP endpoint.

https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from __future__ import annotations

import os

from serverless_runtime.shared.aws.signing import Credentials, CredentialsError


def current_credentials() -> Credentials:
    """Return the credentials of the environment, or else those of the container.

    Lambda sets the former, or with SnapStart names the endpoint of the latter. Raises
    CredentialsError.
    """
    if access_key := os.environ.get("AWS_ACCESS_KEY_ID"):
        secret_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not secret_key:
            raise CredentialsError("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not")
        return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN") or None)
    # Most functions never need it.
    from serverless_runtime.shared.aws.container_credentials import (  # noqa: PLC0415
        container_credentials,
    )

    return container_credentials().current()
