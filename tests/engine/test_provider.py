"""What the engine asks of the provider, with programs of a few lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi.automation import CommandError

from local.emulator.clients import Clients
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed
from tests.engine.stacks import UNCHANGED, Changes, Stack
from tests.rewrite import rewrite as rewrite_source

IMPORTS = "import pulumi\nimport pulumi_aws as aws\n"
SECRET = "open-sesame-4711"  # noqa: S105 -- what the test looks for
QUEUE = "queue (aws:sqs/queue:Queue)"


@pytest.fixture
def stack(make_stack: MakeStack, tmp_path: Path) -> Stack:
    source = tmp_path / "small"
    source.mkdir()
    (source / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
    (source / "__main__.py").write_text("")
    return make_stack("local", source)


def rewrite(stack: Stack, text: str) -> None:
    rewrite_source(stack.project.folder / "__main__.py", IMPORTS + text)


def test_outputs_are_unknown_in_a_preview_and_known_afterwards(stack: Stack) -> None:
    rewrite(
        stack,
        'queue = aws.sqs.Queue("queue")\n'
        "def both(known):\n"
        "    assert not pulumi.runtime.is_dry_run(), known\n"
        "    return known\n"
        'pulumi.export("arn", queue.arn.apply(both))\n',
    )

    assert QUEUE in stack.preview().created
    stack.up()

    assert stack.outputs["arn"].startswith("arn:aws:sqs:us-east-1:000000000000:queue-")


def test_a_secret_input_is_a_secret_wherever_it_goes(stack: Stack) -> None:
    rewrite(
        stack,
        f"secret = pulumi.Output.secret('{SECRET}')\n"
        "aws.sqs.Queue('queue', tags={'of': 'us', 'key': secret})\n"
        "topic = aws.sns.Topic('topic', display_name=pulumi.Output.concat('for ', secret))\n"
        "pulumi.export('name', topic.display_name)\n",
    )

    stack.up()
    assert stack.refresh() == UNCHANGED

    exported = json.dumps(stack.exported)
    assert '"of": "us"' in exported
    assert SECRET not in exported
    assert stack.outputs["name"] == f"for {SECRET}"


def test_what_was_deleted_by_hand_is_created_again_after_a_refresh(
    stack: Stack, clients: Clients
) -> None:
    rewrite(stack, 'aws.sqs.Queue("queue")\n')
    stack.up()
    [url] = listed(clients)["queues"]
    clients("sqs").delete_queue(QueueUrl=url)

    assert stack.refresh().deleted == {QUEUE}
    assert stack.up() == Changes(created={QUEUE})


def test_what_was_changed_by_hand_is_changed_back_after_a_refresh(
    stack: Stack, clients: Clients
) -> None:
    rewrite(stack, 'aws.sqs.Queue("queue", visibility_timeout_seconds=60)\n')
    stack.up()
    [url] = listed(clients)["queues"]
    clients("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "90"})

    stack.refresh()
    assert stack.up() == Changes(updated={QUEUE})
    assert stack.up() == UNCHANGED


def test_the_replacement_of_a_resource_without_a_name_has_another_name_and_comes_first(
    stack: Stack, clients: Clients
) -> None:
    rewrite(stack, 'aws.sqs.Queue("queue")\n')
    stack.up()
    before = listed(clients)["queues"]

    rewrite(stack, 'aws.sqs.Queue("queue", fifo_queue=True)\n')
    assert stack.up() == Changes(replaced={QUEUE})

    [after] = listed(clients)["queues"]
    assert after not in before
    assert after.endswith(".fifo")


def test_a_resource_with_a_name_is_deleted_before_its_replacement_takes_the_name(
    stack: Stack, clients: Clients
) -> None:
    program = "aws.iam.Role('role', name='ours', path='{}', assume_role_policy='{{}}')\n"
    rewrite(stack, program.format("/one/"))
    stack.up()

    rewrite(stack, program.format("/two/"))
    assert stack.up() == Changes(replaced={"role (aws:iam/role:Role)"})

    assert listed(clients)["roles"] == ["ours"]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("aws.sns.Topic('topic', opts=pulumi.ResourceOptions())\naws.sns.Topic('topic')", "topic"),
        ("aws.sqs.Queue('queue', delay_seconds='soon')", "delaySeconds.*integer|queue"),
        ("aws.ec2.Vpc('net', cidr_block='10.0.0.0/16')", "cannot create aws:ec2/vpc:Vpc.*net"),
        (
            "aws.sqs.QueuePolicy('policy', queue_url='http://localhost/1/none', policy='{}')",
            "SetQueueAttributes: .*NonExistentQueue",
        ),
    ],
)
def test_what_cannot_be_deployed_is_refused_with_the_reason(
    stack: Stack, program: str, reason: str
) -> None:
    rewrite(stack, program)

    with pytest.raises(CommandError, match=reason):
        stack.up()
