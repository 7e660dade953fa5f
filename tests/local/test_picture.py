"""A program's picture shows how its data flows, and each page shows its program's picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from local.cli import commands
from local.picture.arrows import arrows_of
from local.picture.boxes import (
    Box,
    Declared,
    PictureError,
    PictureMocks,
    choose_stack,
    read_program,
)
from local.picture.mermaid import mermaid
from local.picture.page import BEGIN, END, draw, read_page, with_picture, write
from local.program.project import read_project
from pulumi_serverless.testing import Graph, run_program
from scripts.make_pictures import PAGES, ROOT, expected
from tests.program.programs import run_in

MOST_BOXES = 20
BOX = re.compile(r'^    (\w+)[\[({/]+"(.*)"[\])}/]+$', re.MULTILINE)
ARROW = re.compile(r"^    (\w+) (-->|-\.->)\|(.*)\| (\w+)$", re.MULTILINE)
NAMES = st.text(max_size=12)
KINDS = st.sampled_from(["function", "table", "queue", "topic", "outside", "event bus"])
BOXES = st.builds(Box, KINDS, st.tuples(NAMES), NAMES)


def _declared(folder: Path, stack: str | None = None) -> Declared:
    """What a program declares, in this process: to start another takes longer than to draw."""
    return Declared(_run(folder, choose_stack(read_project(folder), stack)))


@cache
def _run(folder: Path, stack: str) -> Graph:
    return run_in(folder, PictureMocks(), stack=stack)


def _picture(folder: Path, stack: str | None = None) -> str:
    return mermaid(arrows_of(_declared(folder, stack)))


def _arrows(text: str) -> set[tuple[str, str, str]]:
    """The arrows of a picture, by the first row of each box."""
    names = {found: label.split("<br>")[0] for found, label in BOX.findall(text)}
    return {(names[a], verbs, names[b]) for a, _, verbs, b in ARROW.findall(text)}


def _draw(program: Callable[[], Any]) -> set[tuple[str, str, str]]:
    declared = Declared(run_program(program, mocks=PictureMocks()))
    return _arrows(mermaid(arrows_of(declared)))


def _function(name: str, *statements: dict[str, Any]) -> aws.lambda_.Function:
    role = aws.iam.Role(f"{name}-role", assume_role_policy="{}")
    if statements:
        policy = pulumi.Output.json_dumps({"Statement": list(statements)})
        aws.iam.RolePolicy(f"{name}-may", role=role.name, policy=policy)
    return aws.lambda_.Function(name, role=role.arn, runtime="python3.13", handler="a.b")


def _may(action: str | list[str], resource: Any, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def _table(name: str) -> aws.dynamodb.Table:
    return aws.dynamodb.Table(name, hash_key="id", attributes=[{"name": "id", "type": "S"}])


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_every_page_shows_the_picture_of_its_program(folder: Path) -> None:
    assert PAGES[folder].read_text() == expected(folder, _picture(folder)), "run `make pictures`"


def test_every_example_has_a_page_with_its_picture() -> None:
    examples = {file.parent for file in ROOT.glob("examples/*/__main__.py")}
    assert examples <= set(PAGES)


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_the_main_programs_picture_is_readable(stack: str) -> None:
    picture = _picture(ROOT, stack)

    assert 10 < len(BOX.findall(picture)) <= MOST_BOXES
    assert len(BOX.findall(picture)) + len(ARROW.findall(picture)) + 1 == len(picture.splitlines())


def test_the_main_programs_data_flows_from_the_callers_to_the_alarm() -> None:
    assert _arrows(_picture(ROOT, "prod")) >= {
        ("callers", "calls", "tasks-api"),
        ("tasks-api", "DELETE, PATCH, POST, PUT", "tasks-create-task"),
        ("tasks-create-task", "writes", "task-events-outbox"),
        ("task-events-outbox", "reads", "task-events-relay"),
        ("task-events-relay", "invokes", "notifications-send-notification"),
        ("notifications-send-notification", "sends", "email"),
        ("notifications-send-notification", "failed", "task-events-dead-letters"),
        ("task-events-dead-letters", "alarm", "alarms"),
        ("alarms", "notifies", "email subscribers"),
    }


def test_the_same_program_gives_the_same_text_in_another_process() -> None:
    assert draw(ROOT) == _picture(ROOT)


def test_alarms_are_counted_and_functions_with_the_same_neighbours_share_a_box() -> None:
    labels = [label for _, label in BOX.findall(_picture(ROOT, "prod"))]

    alarms = _declared(ROOT, "prod").of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert f"alarms<br>topic, {len(list(alarms))} alarms" in labels
    assert "tasks-get-task<br>tasks-list-tasks<br>functions" in labels


def test_a_queue_feeds_a_function_by_its_mapping_and_keeps_what_failed() -> None:
    def program() -> None:
        letters = aws.sqs.Queue("letters")
        redrive = pulumi.Output.json_dumps({"deadLetterTargetArn": letters.arn})
        queue = aws.sqs.Queue("work", redrive_policy=redrive)
        table = _table("done")
        function = _function(
            "worker",
            _may(["sqs:ReceiveMessage", "sqs:DeleteMessage"], queue.arn),
            _may("dynamodb:PutItem", table.arn),
        )
        aws.lambda_.EventSourceMapping(
            "mapping", event_source_arn=queue.arn, function_name=function.arn
        )

    assert _draw(program) == {
        ("work", "batches", "worker"),
        ("work", "failed", "letters"),
        ("worker", "writes", "done"),
    }


def test_a_topic_feeds_what_subscribes_to_it() -> None:
    def program() -> None:
        topic, queue = aws.sns.Topic("orders"), aws.sqs.Queue("copies")
        function = _function("greeter")
        aws.sns.TopicSubscription("a", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
        aws.sns.TopicSubscription("b", topic=topic.arn, protocol="lambda", endpoint=function.arn)
        aws.sns.TopicSubscription("c", topic=topic.arn, protocol="email", endpoint="a@example.com")

    assert _draw(program) == {
        ("orders", "notifies", "copies"),
        ("orders", "notifies", "greeter"),
        ("orders", "notifies", "email subscribers"),
    }


def test_an_api_forwards_to_the_host_of_a_server_or_to_a_private_one() -> None:
    def program() -> None:
        api = aws.apigatewayv2.Api("front", protocol_type="HTTP")
        for name, uri in (("a", "https://old.example.com/shop/{proxy}"), ("b", "arn:listener")):
            aws.apigatewayv2.Integration(
                name, api_id=api.id, integration_type="HTTP_PROXY", integration_uri=uri
            )

    assert {each for each in _draw(program) if each[0] == "front"} == {
        ("front", "forwards", "old.example.com"),
        ("front", "forwards", "private server"),
    }


def test_a_rule_starts_its_targets_and_what_only_the_clock_starts_works_off_what_it_reads() -> None:
    def program() -> None:
        table = _table("due")
        function = _function("nightly", _may(["dynamodb:Query", "dynamodb:DeleteItem"], table.arn))
        rule = aws.cloudwatch.EventRule("night", schedule_expression="rate(1 day)")
        aws.cloudwatch.EventTarget("target", rule=rule.name, arn=function.arn)
        aws.lambda_.Permission(
            "may",
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            function=function.name,
            source_arn=rule.arn,
        )

    assert _draw(program) == {("night", "starts", "nightly"), ("due", "reads", "nightly")}


def test_a_bucket_that_may_invoke_a_function_does() -> None:
    def program() -> None:
        bucket, function = aws.s3.BucketV2("uploads"), _function("resize")
        aws.lambda_.Permission(
            "may",
            action="lambda:InvokeFunction",
            principal="s3.amazonaws.com",
            function=function.name,
            source_arn=bucket.arn,
        )

    assert _draw(program) == {("uploads", "invokes", "resize")}


def test_what_a_policy_denies_or_what_moves_no_data_is_not_drawn() -> None:
    def program() -> None:
        table, queue = _table("rows"), aws.sqs.Queue("letters")
        _function(
            "reader",
            _may("dynamodb:*", table.arn, effect="Deny"),
            _may("sqs:GetQueueAttributes", queue.arn),
            _may(["xray:PutTraceSegments", "dynamodb:Scan", "kms:*"], "*"),
        )

    assert _draw(program) == {("callers", "calls", "reader")}


@pytest.mark.parametrize(
    ("action", "verbs"),
    [
        ("dynamodb:*", "reads, writes"),
        ("dynamodb:*Item", "reads, writes"),
        (["dynamodb:Query"], "reads"),
        (["dynamodb:Put*", "dynamodb:DescribeTable"], "writes"),
    ],
)
def test_a_wildcard_is_drawn_as_what_it_permits(action: str | list[str], verbs: str) -> None:
    def program() -> None:
        table = _table("rows")
        _function("user", _may(action, [table.arn, pulumi.Output.concat(table.arn, "/index/*")]))

    assert _draw(program) == {("callers", "calls", "user"), ("user", verbs, "rows")}


def test_resources_are_told_apart_by_type_and_whole_name() -> None:
    def program() -> None:
        table, queue = _table("orders"), aws.sqs.Queue("orders-old")
        aws.sqs.Queue("orders")
        _function("a", _may("sqs:SendMessage", queue.arn), _may("dynamodb:GetItem", table.arn))

    assert _draw(program) == {
        ("callers", "calls", "a"),
        ("a", "sends", "orders-old"),
        ("a", "reads", "orders"),
    }


@given(pairs=st.dictionaries(st.tuples(BOXES, BOXES), st.just({"calls"}), max_size=8))
def test_no_name_breaks_the_text_and_no_two_boxes_share_an_id(
    pairs: dict[tuple[Box, Box], set[str]],
) -> None:
    picture = mermaid(pairs)

    ids, labels = [found for found, _ in BOX.findall(picture)], dict(BOX.findall(picture))
    assert len(ids) == len(set(ids))
    used = {end for a, _, _, b in ARROW.findall(picture) for end in (a, b)}
    assert used == set(ids)
    assert len(ids) + len(ARROW.findall(picture)) + 1 == len(picture.splitlines())
    assert all(
        '"' not in label and "<" not in label.replace("<br>", "") for label in labels.values()
    )


def test_a_stack_without_a_file_is_named_with_those_that_have_one() -> None:
    with pytest.raises(PictureError, match=r"\(dev, local, prod\), got live"):
        read_program(ROOT, "live")


def test_a_lookup_in_an_account_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "mine", "runtime": "python"}))
    (tmp_path / "__main__.py").write_text(
        "import pulumi_aws as aws\naws.get_availability_zones()\n"
    )

    with pytest.raises(PictureError, match="getAvailabilityZones"):
        read_program(tmp_path)


def test_the_command_draws_a_program_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        json.dumps(
            {"name": "mine", "runtime": "python", "config": {"queue": {"default": "parcels"}}}
        )
    )
    (tmp_path / "Pulumi.test.yaml").write_text("")
    (tmp_path / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        "topic = aws.sns.Topic('news')\n"
        "queue = aws.sqs.Queue(pulumi.Config().require('queue'))\n"
        "aws.sns.TopicSubscription('s', topic=topic.arn, protocol='sqs', endpoint=queue.arn)\n"
    )
    page = tmp_path / "README.md"
    page.write_text(f"# Mine\n{BEGIN}\nold\n{END}\nMore\n")

    printed = CliRunner().invoke(commands, ["picture", str(tmp_path)])
    CliRunner().invoke(commands, ["picture", str(tmp_path), "--page", str(page)])

    assert _arrows(printed.output) == {("news", "notifies", "parcels")}
    fence = f"```mermaid\n{printed.output}```"
    assert page.read_text() == f"# Mine\n{BEGIN}\n\n{fence}\n\n{END}\nMore\n"


def test_a_picture_that_cannot_be_written_says_why_and_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(PictureError) as refused:
        write(tmp_path / "missing" / "flow.svg", "<svg/>")

    assert str(refused.value) == (
        f"{tmp_path}/missing/flow.svg cannot be written (No such file or directory); name a file "
        "in a folder that exists and that you may write to"
    )


def test_the_command_shows_what_cannot_be_written_as_an_expected_error(tmp_path: Path) -> None:
    svg = tmp_path / "missing" / "flow.svg"
    folder = str(ROOT / "examples" / "orders")

    result = CliRunner().invoke(commands, ["picture", folder, "--svg", str(svg)])

    assert isinstance(result.exception, PictureError)
    assert str(svg) in str(result.exception)


def test_a_page_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "PAGE.md"
    page.write_bytes(b"\xff")

    with pytest.raises(PictureError, match=r"PAGE\.md must be UTF-8, got 'utf-8' codec"):
        read_page(page)


@pytest.mark.parametrize("page", ["", BEGIN, END, END + BEGIN, BEGIN + END + BEGIN + END])
def test_a_page_without_its_marks_says_which_to_add(page: str) -> None:
    with pytest.raises(PictureError, match=r"PAGE\.md must have the lines <!-- picture -->"):
        with_picture(page, "flowchart LR\n", "PAGE.md")
