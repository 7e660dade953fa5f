"""Permissions and certificates that channels need, in the emulator."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.deployed import running_instance
from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator, free_port
from local.engine.role_policies import role_policy_for_emulator
from local.scenario.receiver import running_receiver
from tests.local.roles import as_role, policy_of

_HTTPS_CLIENT = """
import urllib.request

def handle(url, context):
    print("requesting", url)
    return urllib.request.urlopen(url).status
"""


def _zip_of(source: str) -> bytes:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", source)
    return bundle.getvalue()


def test_the_emulator_still_denies_a_parameter_requested_by_its_arn(emulator: Emulator) -> None:
    name = f"/secret/{uuid.uuid4()}"
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{name}"
    emulator.client("ssm").put_parameter(Name=name, Type="SecureString", Value="whispered")
    policy = policy_of({"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": [arn]})

    with pytest.raises(ClientError, match="AccessDenied"):
        as_role(emulator, policy)("ssm").get_parameter(Name=arn, WithDecryption=True)

    reader = as_role(emulator, role_policy_for_emulator(policy))("ssm")
    response = reader.get_parameter(Name=arn, WithDecryption=True)
    assert response["Parameter"]["Value"] == "whispered"
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_parameter(Name=f"{arn}-of-others", WithDecryption=True)


def test_the_emulator_distinguishes_text_messages_from_topics_as_aws_does(
    emulator: Emulator,
) -> None:
    topic = emulator.client("sns").create_topic(Name=f"topic-{uuid.uuid4()}")["TopicArn"]
    number = "+447700900199"
    to_numbers = {
        "Effect": "Allow",
        "Action": ["sns:Publish"],
        "NotResource": ["arn:*:sns:*:*:*"],
    }
    to_topic = {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": [topic]}
    texting = as_role(emulator, policy_of(to_numbers))("sns")
    pushing = as_role(emulator, policy_of(to_topic))("sns")

    texting.publish(PhoneNumber=number, Message="hello")
    pushing.publish(TopicArn=topic, Message="hello")

    with pytest.raises(ClientError, match="AuthorizationError"):
        texting.publish(TopicArn=topic, Message="hello")
    with pytest.raises(ClientError, match="AuthorizationError"):
        pushing.publish(PhoneNumber=number, Message="hello")
    texts = [text["Message"] for text in emulator.texts() if text["PhoneNumber"] == number]
    assert texts == ["hello"]


def test_functions_trust_the_receivers_authority_only_because_of_ssl_cert_file(
    tmp_path: Path,
) -> None:
    with (
        running_instance("test", retry_base_seconds=1) as emulator,
        running_receiver(free_port(), tmp_path) as receiver,
    ):
        emulator.trust(receiver.authority_file)
        functions = emulator.client("lambda")
        role = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
        made = emulator.client("iam").create_role(
            RoleName="client", AssumeRolePolicyDocument=policy_of(role)
        )["Role"]
        for name, environment in (("trusting", {}), ("distrusting", {"SSL_CERT_FILE": ""})):
            functions.create_function(
                FunctionName=name,
                Role=made["Arn"],
                Runtime="python3.13",
                Handler="app.handle",
                Code={"ZipFile": _zip_of(_HTTPS_CLIENT)},
                Environment={"Variables": environment},
            )
        event = json.dumps(receiver.url).encode()

        trusting, distrusting = (
            functions.invoke(FunctionName=name, Payload=event)["Payload"].read().decode()
            for name in ("trusting", "distrusting")
        )

    assert trusting == "200"
    assert "CERTIFICATE_VERIFY_FAILED" in distrusting
