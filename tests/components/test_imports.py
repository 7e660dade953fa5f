"""What a program may import where only Pulumi is installed."""

from __future__ import annotations

import subprocess
import sys

from tests.program.programs import ROOT

IMPORT_ALL = """
import importlib, pkgutil, sys
for absent in ("boto3", "botocore", "pydantic", "click", "rich"):
    sys.modules[absent] = None
import pulumi_serverless
for found in pkgutil.walk_packages(pulumi_serverless.__path__, "pulumi_serverless."):
    if not found.name.startswith("pulumi_serverless.testing"):
        importlib.import_module(found.name)
        print(found.name)
"""


def test_every_component_is_imported_without_what_only_functions_and_tools_need() -> None:
    """`pip install pulumi-serverless` brings neither boto3 nor the tools' requirements."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and arguments
        [sys.executable, "-c", IMPORT_ALL],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{ROOT / 'components'}:{ROOT / 'lambdas'}"},
    )

    assert done.returncode == 0, done.stderr
    assert "pulumi_serverless.scalable_webhook.scalable_webhook" in done.stdout.split()
