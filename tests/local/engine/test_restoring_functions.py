"""A function that is deployed again matches its current declaration."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pulumi
import pulumi_aws as aws

from local.emulator.start import Emulator
from tests.local.redeployed import Stack
from tests.local.roles import TRUST


def a_function(bundle: Path, memory_mb: int = 128) -> None:
    role = aws.iam.Role("echo", assume_role_policy=TRUST)
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy_of_role = aws.iam.RolePolicy("send", role=role.name, policy=policy)
    function = aws.lambda_.Function(
        "echo",
        runtime="python3.13",
        handler="app.handle",
        code=pulumi.FileArchive(str(bundle)),
        role=role.arn,
        memory_size=memory_mb,
    )
    for key, output in (
        ("name", function.name),
        ("role", role.name),
        ("policy", policy_of_role.name),
    ):
        pulumi.export(key, output)


def _bundle(folder: Path, result: int) -> Path:
    bundle = folder / f"returns-{result}.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", f"def handle(event, context): return {result}")
    return bundle


def test_a_function_gets_its_concurrency_and_its_permission_back(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    bundle = _bundle(tmp_path, 1)
    made = stack.up(lambda: a_function(bundle))
    functions, iam = emulator.client("lambda"), emulator.client("iam")
    functions.put_function_concurrency(FunctionName=made["name"], ReservedConcurrentExecutions=0)
    iam.delete_role_policy(RoleName=made["role"], PolicyName=made["policy"])

    restored = stack.up(lambda: a_function(bundle))

    response = functions.get_function_concurrency(FunctionName=made["name"])
    assert "ReservedConcurrentExecutions" not in response
    assert iam.list_role_policies(RoleName=made["role"])["PolicyNames"] == [restored["policy"]]


def test_a_function_gets_the_memory_and_the_code_that_are_declared_now(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    name = stack.up(lambda: a_function(_bundle(tmp_path, 1)))["name"]

    stack.up(lambda: a_function(_bundle(tmp_path, 2), memory_mb=256))

    functions = emulator.client("lambda")
    assert functions.get_function_configuration(FunctionName=name)["MemorySize"] == 256
    assert functions.invoke(FunctionName=name)["Payload"].read() == b"2"


def test_a_bundle_that_is_built_again_at_its_path_is_deployed_each_time(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    functions = emulator.client("lambda")
    results = []
    for result in (1, 2, 1):
        bundle = _bundle(tmp_path, result).rename(tmp_path / "bundle.zip")
        name = stack.up(lambda: a_function(bundle))["name"]  # noqa: B023 -- called at once
        results.append(functions.invoke(FunctionName=name)["Payload"].read())

    assert results == [b"1", b"2", b"1"]


def test_a_folder_and_text_are_packed_into_a_bundle(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("import text\ndef handle(event, context): return text.N")
    archive: dict[str, pulumi.Asset | pulumi.Archive] = {
        ".": pulumi.FileArchive(str(tmp_path)),
        "text.py": pulumi.StringAsset("N = 7"),
    }

    def program() -> None:
        role = aws.iam.Role("echo", assume_role_policy=TRUST)
        function = aws.lambda_.Function(
            "echo",
            runtime="python3.13",
            handler="app.handle",
            code=pulumi.AssetArchive(archive),
            role=role.arn,
        )
        pulumi.export("name", function.name)

    name = stack.up(program)["name"]

    assert emulator.client("lambda").invoke(FunctionName=name)["Payload"].read() == b"7"
