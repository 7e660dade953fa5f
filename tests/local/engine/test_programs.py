"""A program that is deployed again: what it adds, changes, drops, and what fails in the middle."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from local.emulator.start import Emulator
from local.engine.in_process_engine import InProcessEngine
from local.engine.program_errors import ProgramError
from local.engine.provider import Provider, UnsupportedError
from local.engine.resource_types import Created, Inputs
from local.engine.state import State
from pulumi_serverless.testing import DuplicateResourceError, run_program
from tests.local.redeployed import Stack, deploy
from tests.local.roles import TRUST, policy_of

_ALLOW = policy_of({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})


def _queues(*names: str, **arguments: Any) -> Callable[[], None]:
    def program() -> None:
        for name in names:
            pulumi.export(name, aws.sqs.Queue(name, **arguments).url)

    return program


def _exists(emulator: Emulator, url: str) -> bool:
    sqs = emulator.client("sqs")
    return url in sqs.list_queues().get("QueueUrls", [])


def _role(name: str | None = None, policy: str = _ALLOW) -> Callable[[], None]:
    def program() -> None:
        role = aws.iam.Role("worker", name=name, assume_role_policy=TRUST)
        aws.iam.RolePolicy("send", role=role.name, policy=policy)
        pulumi.export("role", role.name)

    return program


def test_again_changes_nothing_and_says_nothing(stack: Stack) -> None:
    first = stack.up(_role())
    created = list(stack.done)

    assert stack.up(_role()) == first
    assert sorted(created) == [("created", "send"), ("created", "worker")]
    assert (stack.done, stack.messages) == ([], [])


def test_a_line_for_each_change_and_the_counts_are_said(stack: Stack) -> None:
    stack.up(_queues("first", "second"))

    stack.up(_queues("second", delay_seconds=5))

    assert stack.messages == [
        "~ updated  aws:sqs/queue:Queue second (delaySeconds)",
        "- deleted  aws:sqs/queue:Queue first",
        "1 updated, 1 deleted, 0 unchanged",
    ]


def test_a_queue_more_and_a_queue_less(stack: Stack, emulator: Emulator) -> None:
    kept = stack.up(_queues("first", "second"))

    made = stack.up(_queues("second", "third"))

    assert stack.done == [("created", "third"), ("deleted", "first")]
    assert made["second"] == kept["second"]
    assert not _exists(emulator, kept["first"])
    assert _exists(emulator, made["third"])


def test_what_is_dropped_is_deleted_after_what_depends_on_it(stack: Stack) -> None:
    stack.up(_role())

    stack.up(lambda: None)

    assert stack.done == [("deleted", "send"), ("deleted", "worker")]
    assert stack.engine.state == {}


def test_a_replacement_takes_along_what_depends_on_it_and_gets_a_new_name(
    stack: Stack, emulator: Emulator
) -> None:
    def program(path: str) -> None:
        role = aws.iam.Role("worker", path=path, assume_role_policy=TRUST)
        aws.iam.RolePolicy("send", role=role.name, policy=_ALLOW)
        aws.sqs.Queue("other")
        pulumi.export("role", role.name)

    before = stack.up(lambda: program("/"))["role"]

    after = stack.up(lambda: program("/shop/"))["role"]

    assert sorted(stack.done) == [("created", "send"), ("replaced", "worker")]
    assert before != after
    iam = emulator.client("iam")
    assert len(iam.list_role_policies(RoleName=after)["PolicyNames"]) == 1
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=before)


def test_what_has_a_fixed_name_is_replaced_under_it(stack: Stack, emulator: Emulator) -> None:
    def program(*, fifo: bool) -> None:
        topic = aws.sns.Topic("events", name="fixed.fifo", fifo_topic=fifo)
        pulumi.export("arn", topic.arn)

    arn = stack.up(lambda: program(fifo=False))["arn"]

    assert stack.up(lambda: program(fifo=True))["arn"] == arn

    assert stack.done == [("replaced", "events")]
    found = emulator.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    assert found["FifoTopic"] == "true"


def test_one_name_under_two_parents_is_two_resources(stack: Stack) -> None:
    def program(*parents: str) -> None:
        for parent in parents:
            group = pulumi.ComponentResource(f"test:index:{parent}", parent)
            topic = aws.sns.Topic("orders", opts=pulumi.ResourceOptions(parent=group))
            pulumi.export(parent, topic.arn)

    both = stack.up(lambda: program("first", "second"))

    assert stack.up(lambda: program("first", "second")) == both
    assert stack.up(lambda: program("second"))["second"] == both["second"]
    assert stack.done == [("deleted", "orders")]


def test_two_resources_of_one_urn_are_refused(stack: Stack) -> None:
    with pytest.raises(DuplicateResourceError, match="orders"):
        stack.up(_queues("orders", "orders"))


def test_after_a_failure_in_the_middle_the_next_run_completes(
    stack: Stack, emulator: Emulator
) -> None:
    def program(*, ends: bool) -> None:
        queue = aws.sqs.Queue("orders")
        # The emulator rejects a subscription to a topic that does not exist.
        topic = aws.sns.Topic("events").arn.apply(lambda arn: arn if ends else f"{arn}-missing")
        aws.sns.TopicSubscription("orders", topic=topic, protocol="sqs", endpoint=queue.arn)
        pulumi.export("url", queue.url)

    with pytest.raises(Exception, match="does not exist"):
        stack.up(lambda: program(ends=False))
    done_before = {name for _, name in stack.done}

    url = stack.up(lambda: program(ends=True))["url"]

    done = {name: what for what, name in stack.done}
    assert done["orders"] == "created"
    assert "events" in done_before
    assert "events" not in done
    queues = emulator.client("sqs").list_queues(QueueNamePrefix="orders-")["QueueUrls"]
    assert [each for each in queues if each == url] == [url]


def test_a_resource_that_cannot_be_finished_leaves_nothing_behind(
    stack: Stack, emulator: Emulator
) -> None:
    def program() -> None:
        policies = [aws.iam.RoleInlinePolicyArgs(name="send", policy="no JSON")]
        aws.iam.Role("worker", name="half-made", assume_role_policy=TRUST, inline_policies=policies)

    with pytest.raises(Exception, match="Expecting value"):
        stack.up(program)

    assert stack.engine.state == {}
    iam = emulator.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="half-made")


def test_a_state_that_was_written_down_is_taken_up(stack: Stack, emulator: Emulator) -> None:
    first = stack.up(_role())
    written = json.dumps(stack.engine.state.to_json())

    state = State.from_json(json.loads(written))
    engine = InProcessEngine(Provider(emulator.client), state)

    assert deploy(engine, _role()) == first
    assert engine.changes == []


def test_a_protected_resource_is_neither_dropped_nor_replaced(
    stack: Stack, emulator: Emulator
) -> None:
    def program(*, fifo: bool = False) -> None:
        protected = pulumi.ResourceOptions(protect=True)
        queue = aws.sqs.Queue("orders", fifo_queue=fifo, opts=protected)
        pulumi.export("url", queue.url)

    url = stack.up(program)["url"]

    with pytest.raises(ProgramError, match="orders, which is protected"):
        stack.up(lambda: None)
    with pytest.raises(ProgramError, match="'orders' would have to be replaced"):
        stack.up(lambda: program(fifo=True))
    assert _exists(emulator, url)


def test_what_is_retained_stays_when_it_is_dropped(stack: Stack, emulator: Emulator) -> None:
    retained = pulumi.ResourceOptions(retain_on_delete=True)
    url = stack.up(_queues("orders", opts=retained))["orders"]

    stack.up(lambda: None)

    assert _exists(emulator, url)


def test_a_change_that_the_program_ignores_is_not_made(stack: Stack, emulator: Emulator) -> None:
    ignoring = pulumi.ResourceOptions(ignore_changes=["delaySeconds"])
    url = stack.up(_queues("orders", delay_seconds=1, opts=ignoring))["orders"]

    stack.up(_queues("orders", delay_seconds=9, opts=ignoring))

    found = emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert stack.done == []
    assert found["Attributes"]["DelaySeconds"] == "1"


def test_a_setting_that_is_declared_nowhere_and_changed_by_hand_is_restored(
    stack: Stack, emulator: Emulator
) -> None:
    url = stack.up(_queues("orders"))["orders"]
    sqs = emulator.client("sqs")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "60"})

    stack.up(_queues("orders"))

    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert stack.done == [("updated", "orders")]
    assert found["DelaySeconds"] == "0"


def test_a_resource_can_be_given_for_its_id(stack: Stack) -> None:
    def program() -> None:
        role = aws.iam.Role("worker", assume_role_policy=TRUST)
        given: Any = role
        policy = aws.iam.RolePolicy("send", role=given, policy=_ALLOW)
        pulumi.export("names", [role.name, policy.role])

    role, of_policy = stack.up(program)["names"]

    assert role == of_policy


def test_a_resource_of_somebody_else_is_read(stack: Stack, emulator: Emulator) -> None:
    url = emulator.client("sqs").create_queue(QueueName="theirs")["QueueUrl"]

    def program(id_: str) -> None:
        pulumi.export("arn", aws.sqs.Queue.get("theirs", id_).arn)

    assert stack.up(lambda: program(url))["arn"].endswith(":theirs")
    with pytest.raises(ProgramError, match="'theirs': there is no"):
        stack.up(lambda: program(f"{url}-missing"))


def test_an_import_is_refused(stack: Stack) -> None:
    imported = pulumi.ResourceOptions(import_="http://127.0.0.1/queue")

    with pytest.raises(UnsupportedError, match="'orders': importing needs the Pulumi engine"):
        stack.up(_queues("orders", opts=imported))


def test_what_a_killed_deployment_made_without_knowing_it_is_removed(emulator: Emulator) -> None:
    saved: list[str] = []

    class DiesAfterCreating(Provider):
        def create(self, type_: str, inputs: Inputs) -> Created:
            made = super().create(type_, inputs)
            if type_ == "aws:sqs/queue:Queue":
                raise RuntimeError("killed")
            return made

    def program() -> None:
        role = aws.iam.Role("dying", assume_role_policy=TRUST)
        aws.sqs.Queue("dying", opts=pulumi.ResourceOptions(depends_on=[role]))

    killed = InProcessEngine(
        DiesAfterCreating(emulator.client),
        save=lambda state: saved.append(json.dumps(state.to_json())),
    )
    with pytest.raises(RuntimeError, match="killed"):
        killed.up(lambda graph: run_program(program, mocks=graph))
    assert len(queues(emulator, "dying")) == 1

    pending = [line for line in saved if '"pending": true' in line][-1]
    engine = InProcessEngine(Provider(emulator.client), State.from_json(json.loads(pending)))
    engine.up(lambda graph: run_program(lambda: None, mocks=graph))

    assert queues(emulator, "dying") == []
    roles = emulator.client("iam").list_roles()["Roles"]
    assert not [role for role in roles if role["RoleName"].startswith("dying-")]


def queues(emulator: Emulator, name: str) -> list[str]:
    found = emulator.client("sqs").list_queues(QueueNamePrefix=f"{name}-")
    return list(found.get("QueueUrls", []))
