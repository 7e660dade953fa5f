"""What a team has outside the stack: phones to push to, and the secret it shares with a receiver.

`Pulumi.local.yaml` refers to them by ARN, as a stack on AWS refers to existing resources.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.emulator.start import Emulator
from local.instance import ROOT
from local.program.project import read_project
from local.scenario.receiver import WebhookReceiver, running_receiver
from serverless_ops.alarms.trigger import make_topic_queue

PLATFORMS = ("APNS", "GCM")
"""Apple's and Google's; there is one phone of each."""

_TOPIC = "phones"
_SECRET_NAME = "/internal-handoff/webhook-secret"  # noqa: S105 -- its name, not the secret
_SECRET_BYTES = 32


@contextmanager
def prerequisites(emulator: Emulator, receiver_port: int) -> Iterator[WebhookReceiver]:
    """All of them, and a webhook receiver that the functions trust while the block runs."""
    with running_receiver(receiver_port, emulator.directory) as receiver:
        emulator.trust(receiver.authority_file)
        create_prerequisites(emulator.client)
        yield receiver


def create_prerequisites(client: Clients) -> None:
    """Create what does not exist yet; a second call changes nothing."""
    _create_secret(client("ssm"))
    topic_arn = client("sns").create_topic(Name=_TOPIC)["TopicArn"]
    for platform in PLATFORMS:
        _create_phone(client, platform, topic_arn)


def webhook_secret(client: Clients) -> str:
    """The secret that the receiver shares with the stack, `whsec_…`."""
    response = client("ssm").get_parameter(Name=_SECRET_NAME, WithDecryption=True)
    return str(response["Parameter"]["Value"])


def phone_queue(platform: str) -> str:
    """Name of the queue that receives the push notifications to the platform's phone."""
    return f"phone-{platform.lower()}"


def local_channels(receiver_url: str, only: str | None = None) -> str:
    """The local stack's channels as JSON, with the receiver's address in the URL of each webhook.

    The file has the address of the default port; `only` leaves out every other kind.
    """
    project = read_project(ROOT)
    channels = json.loads(project.config("local")[f"{project.name}:channels"])
    entries = [each for each in channels if only in (None, each["kind"])]
    for entry in entries:
        if "url" in entry:
            receiver = urlsplit(receiver_url)
            entry["url"] = urlsplit(entry["url"])._replace(netloc=receiver.netloc).geturl()
    return json.dumps(entries)


def subscribe_queue(client: Clients, topic_arn: str, name: str) -> str:
    """Subscribe a new queue to the topic, as people subscribe an address; return its URL."""
    queue_arn = _queue_arn(name)
    url = make_topic_queue(client("sqs"), queue_arn, topic_arn)
    client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn)
    return url


def _create_secret(ssm: Any) -> None:
    try:
        ssm.put_parameter(
            Name=_SECRET_NAME,
            Type="SecureString",
            Value="whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode(),
        )
    except ssm.exceptions.ParameterAlreadyExists:
        return


def _create_phone(client: Clients, platform: str, topic_arn: str) -> None:
    """A phone is a platform endpoint; its user data names the queue that receives its pushes."""
    sns, queue_arn = client("sns"), _queue_arn(phone_queue(platform))
    make_topic_queue(client("sqs"), queue_arn, topic_arn)
    application = sns.create_platform_application(
        Name="tasks", Platform=platform, Attributes={"PlatformCredential": "local"}
    )["PlatformApplicationArn"]
    endpoint = sns.create_platform_endpoint(
        PlatformApplicationArn=application, Token=f"{platform}-1", CustomUserData=queue_arn
    )["EndpointArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="application", Endpoint=endpoint)


def _queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"
