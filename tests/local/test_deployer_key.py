"""Each run has a new key that may do anything, and no other key is accepted."""

from __future__ import annotations

import io
import json
import stat
import uuid
import zipfile
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from local.emulator.clients import Clients, Credentials, make_credentials, read_credentials
from local.emulator.start import Emulator
from local.wait import wait_until
from tests.local.roles import TRUST

SOURCE = "import os\n\n\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_each_run_has_its_own_key_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()

    first, second = [make_credentials(folder) for folder in folders]

    assert first.access_key != second.access_key
    assert first.secret_key != second.secret_key
    assert [read_credentials(folder) for folder in folders] == [first, second]
    assert stat.S_IMODE((folders[0] / "credentials.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("key", ["test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"])
def test_a_well_known_key_may_do_nothing(emulator: Emulator, key: str) -> None:
    client = Clients(emulator.url, Credentials(key, "test"))

    for call in (client("iam").list_roles, client("sqs").list_queues, client("s3").list_buckets):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


def test_the_deployers_key_needs_its_secret(emulator: Emulator) -> None:
    forged = Credentials(emulator.credentials.access_key, "test")

    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        Clients(emulator.url, forged)("sts").get_caller_identity()

    identity = emulator.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::000000000000:root"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer token"}, {"Authorization": "Basic dGVzdDp0ZXN0"}]
)
@pytest.mark.parametrize("target", ["/?Action=ListRoles", "/2015-03-31/functions/", "/"])
def test_without_a_signature_no_service_answers(
    emulator: Emulator, headers: dict[str, str], target: str
) -> None:
    response = httpx.get(f"{emulator.url}{target}", headers=headers, trust_env=False)

    assert response.status_code in (400, 403), response.text


def test_functions_do_not_get_the_deployers_key(emulator: Emulator) -> None:
    role = emulator.client("iam").create_role(
        RoleName=f"role-{uuid.uuid4()}", AssumeRolePolicyDocument=TRUST
    )["Role"]
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", SOURCE)
    functions, name = emulator.client("lambda"), f"function-{uuid.uuid4()}"
    functions.create_function(
        FunctionName=name,
        Role=role["Arn"],
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": bundle.getvalue()},
    )

    environment = wait_until(
        lambda: json.load(functions.invoke(FunctionName=name)["Payload"]), "it to run", seconds=20
    )

    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not set(emulator.credentials) & set(environment.values())
