"""The services that are compared end to end: ours, and others beside it in the same emulator."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import httpx

from benchmarks.archive import zip_of
from benchmarks.aws_parts import allow, make_api, make_role, make_table
from benchmarks.subjects import zipped
from local.emulator.bytecode import with_bytecode
from local.stack import DeployedStack
from pulumi_serverless.blocks.runtime import PYTHON_VERSION, Runtime
from pulumi_serverless.task_service import task_service

_BARE = Path(__file__).with_name("bare") / "bare_service.py"
_MEMORY_MB = Runtime.memory_mb
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Rival:
    """One service that takes a task and has the target tell of it."""

    name: str
    url: str
    """Where its API answers, without a trailing slash."""

    function_name: str
    target_name: str
    """The function that it hands off to."""

    table_name: str
    """Where it stores tasks; each row has a `title`."""

    dead_letters_url: str
    """The queue of events that its target has failed for good."""

    bundle: bytes
    """The zip it was deployed from."""

    waits: bool = False
    """Whether it answers only when the target is done."""

    def create(self, client: httpx.Client, title: str) -> bool:
        """Ask for a task; return whether the answer was 201."""
        answer = client.post(f"{self.url}/tasks", json={"title": title})
        return answer.status_code == HTTPStatus.CREATED


def http_client(connections: int) -> httpx.Client:
    """Return a client whose connections to the APIs stay open."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.Client(limits=limits, timeout=60, trust_env=False)


def told(stack: DeployedStack, after: int = 0) -> Counter[str]:
    """How often each task's title has arrived; the first `after` arrivals are left out."""
    arrived = stack.receiver.received[after:]
    return Counter(json.loads(each.body)["data"]["title"] for each in arrived)


def rivals(stack: DeployedStack) -> list[Rival]:
    """Deploy the bare services beside ours; return all, ours first. They call the same target."""
    ours = Rival(
        "ours",
        stack.api_url,
        stack.function_names()["create-task"],
        stack.function_names()["send-notification"],
        stack.outputs["tasksTableName"],
        stack.dead_letter_queue_url,
        with_bytecode(zipped(task_service.CODE).read_bytes()),
    )
    return [
        ours,
        _direct(stack, ours),
        _bare(stack, "bare boto3, Event", "bare-event", "Event"),
        _bare(stack, "bare boto3, synchronous", "bare-synchronous", "RequestResponse"),
    ]


def _direct(stack: DeployedStack, ours: Rival) -> Rival:
    """Deploy our function once more, with the settings of `delivery="direct"`: no outbox."""
    functions, slug = stack.client("lambda"), "direct"
    settings = functions.get_function_configuration(FunctionName=ours.function_name)
    variables = {**settings["Environment"]["Variables"]}
    del variables["HANDOFF_OUTBOX_TABLE_NAME"]
    function_arn = functions.create_function(
        FunctionName=slug,
        Code={"ZipFile": ours.bundle},
        Environment={"Variables": variables},
        **{key: settings[key] for key in ("Role", "Runtime", "Handler", "Timeout", "MemorySize")},
    )["FunctionArn"]
    url = make_api(stack, slug, function_arn, payload_version="2.0")
    return replace(ours, name="ours, no outbox", url=url, function_name=slug)


def _bare(stack: DeployedStack, name: str, slug: str, invocation_type: str) -> Rival:
    target_arn = stack.target_arn
    role_arn = make_role(
        stack,
        slug,
        allow("dynamodb:PutItem", make_table(stack, slug, "task_id")),
        allow("lambda:InvokeFunction", target_arn),
    )
    # boto3 is the runtime's, as on AWS.
    bundle = with_bytecode(zip_of(_BARE))
    function_arn = stack.client("lambda").create_function(
        FunctionName=slug,
        Role=role_arn,
        Runtime=f"python{PYTHON_VERSION}",
        Handler=f"{_BARE.stem}.handle",
        Code={"ZipFile": bundle},
        Timeout=_TIMEOUT_SECONDS,
        MemorySize=_MEMORY_MB,
        Environment={
            "Variables": {
                "TABLE_NAME": slug,
                "TARGET_ARN": target_arn,
                "INVOCATION_TYPE": invocation_type,
            }
        },
    )["FunctionArn"]
    return Rival(
        name,
        make_api(stack, slug, function_arn, payload_version="2.0"),
        slug,
        stack.function_names()["send-notification"],
        slug,
        stack.dead_letter_queue_url,
        bundle,
        waits=invocation_type == "RequestResponse",
    )
