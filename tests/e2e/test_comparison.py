"""The comparison of `python -m benchmarks end-to-end` runs to its end, with a ready service."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from benchmarks.comparison_stack import comparison_stack
from benchmarks.end_to_end import Comparison, figures_table, interpreters_table
from benchmarks.ready_services import FOLDER
from benchmarks.subjects import zipped
from pulumi_serverless.blocks.bundle import FunctionCode

WORK_SECONDS = 0.1
SERVICES = """
[peer]
zip = "peer.zip"
runtime = "python3.13"
handler = "peer.handle"
table_key = "pk"
[peer.environment]
TABLE = "$table_name"
TARGET = "$target_name"
"""
PEER = """
import os
from serverless_runtime.shared import aws

def handle(event, context):
    aws.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": "1"}})
    aws.client("lambda").invoke(
        FunctionName=os.environ["TARGET"], InvocationType="Event", Payload=b"{}"
    )
    print("created")
    return {"statusCode": 201, "body": "{}"}
"""


def _ready_service(folder: Path) -> None:
    (folder / "services.toml").write_text(SERVICES)
    path = folder / "peer.zip"
    path.write_bytes(zipped(FunctionCode(packages=("serverless_runtime.shared",))).read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("peer.py", PEER)


def test_every_caller_hands_off_to_the_one_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ready_service(tmp_path)
    monkeypatch.setenv(FOLDER, str(tmp_path))

    with comparison_stack() as stack:
        services = {each.name: each for each in stack.services}
        comparison = Comparison(stack, one_at_a_time=2, at_once=2, bursts=2)
        found = comparison.figures(WORK_SECONDS, rounds=1)
        runs = stack.done()
        tables = stack.database.client("dynamodb")
        rows = [tables.scan(TableName=name)["Count"] for name in tables.list_tables()["TableNames"]]
        interpreters = interpreters_table(stack.services)

    # Each: one to be warm, a cold one, two one at a time, and thrice two at once.
    assert runs == len(services) * 10
    assert {"ours", "ours again", "bare boto3, Event", "Powertools", "peer"} <= set(services)
    # The peer writes the same row each time. Ours are four, with one table of tasks and no row left
    # in the outbox; two of the baselines are bare.
    assert sorted(rows) == [0, 0, 1, 10, 10, 10, 40]
    for name, [figures] in found.items():
        waits = name == "bare boto3, synchronous"
        assert (figures.p50_ms > WORK_SECONDS * 1000) or not waits, name
        assert figures.answers_per_second >= figures.handoffs_per_second > 0, name
        assert f"| {name} |" in figures_table(found), name
        assert f"| {name} | python3.13 | CPython 3." in interpreters, name
