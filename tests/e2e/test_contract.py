"""The running API conforms to docs/openapi.yaml.

Schemathesis sends examples, edge cases, random requests and sequences of them, with every check
on. REQUESTS_PER_OPERATION in the environment sets how many random ones; 1500 make some 10,000.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from local.instance import ROOT
from local.scenario.handoff_stack import HandoffStack

REQUESTS_PER_OPERATION = int(os.environ.get("REQUESTS_PER_OPERATION", "200"))
MINIMUM_REQUESTS = 1_000

_SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def test_the_running_api_and_its_document_agree(stack: HandoffStack) -> None:
    run = subprocess.run(  # noqa: S603 -- a tool of our own environment
        [
            str(_SCHEMATHESIS),
            "run",
            "docs/openapi.yaml",
            f"--url={stack.api_url}",
            "--checks=all",
            f"--max-examples={REQUESTS_PER_OPERATION}",
            # With threads, ast.parse in CPython 3.11 fails now and then (python/cpython#106905).
            "--workers=1",
            "--continue-on-failure",
            "--request-timeout=30",
            "--no-color",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "NO_PROXY": "127.0.0.1",
            "COLUMNS": "100",
            "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    counted = re.search(r"(\d[\d,]*) generated", run.stdout)
    assert counted, run.stdout
    assert int(counted[1].replace(",", "")) >= MINIMUM_REQUESTS, run.stdout
