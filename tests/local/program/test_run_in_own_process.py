"""A program runs in a process and a folder of its own, and what it declares is recorded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.program.child_process import start
from local.program.project import read_project
from local.program.run_in_own_process import ProgramFailedError, run_project
from pulumi_serverless.testing import AwsMocks, Graph

QUEUE = """
import os
import pulumi
import pulumi_aws as aws
import helper

queue = aws.sqs.Queue("orders", visibility_timeout_seconds=helper.SECONDS)
pulumi.export("url", queue.url)
pulumi.export("greeting", pulumi.Config().require("greeting"))
pulumi.export("folder", os.getcwd())
"""


def ran(folder: Path, program: str) -> Graph:
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(program)
    (folder / "helper.py").write_text("SECONDS = 45\n")
    graph = Graph(AwsMocks())
    project, config = read_project(folder), {"shop:greeting": "hello"}
    process = start(project, "local", config, Path(sys.executable), environment={})
    run_project(project, "local", process, graph)
    return graph


def test_what_a_program_declares_and_exports_is_recorded(tmp_path: Path) -> None:
    graph = ran(tmp_path, QUEUE)

    assert graph.only("aws:sqs/queue:Queue").inputs == {"visibilityTimeoutSeconds": 45}
    assert graph.only("aws:sqs/queue:Queue").urn == (
        "urn:pulumi:local::shop::aws:sqs/queue:Queue::orders"
    )
    assert graph.exports == {
        "url": "https://sqs/orders",
        "greeting": "hello",
        "folder": str(tmp_path.resolve()),
    }


def test_what_a_program_raises_is_shown_with_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError, match=r"(?s)ended with status 1.*no such thing: helper"):
        ran(tmp_path, "import helper\nraise ValueError(f'no such thing: {helper.__name__}')")


def test_two_resources_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = "import pulumi_aws as aws\naws.sqs.Queue('orders')\naws.sqs.Queue('orders')\n"

    with pytest.raises(ProgramFailedError, match="orders"):
        ran(tmp_path, twice)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            "aws.sqs.Queue('orders', delay_secnds=3)",
            r"Queue 'orders': .*'delay_secnds'.* \(did you mean delay_seconds\?\)",
        ),
        ("aws.iam.RolePolicy('send', policy='{}')", "RolePolicy 'send': Missing required property"),
    ],
)
def test_the_resource_whose_argument_is_wrong_is_named(
    tmp_path: Path, declared: str, message: str
) -> None:
    with pytest.raises(ProgramFailedError, match=message):
        ran(tmp_path, f"import pulumi_aws as aws\n{declared}\n")


def test_a_type_error_of_the_program_itself_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError, match=r"\nTypeError: can only concatenate"):
        ran(tmp_path, "'a' + 1")
