"""What takes long to import is not imported by a cold start."""

from __future__ import annotations

import subprocess
import sys

SLOW = {"dataclasses", "email.parser", "http.client"}

# The strangler's old system may be any HTTP server; container credentials are SnapStart's.
OTHERS = ("serverless_runtime.strangler", "serverless_runtime.shared.aws.container_credentials")

IMPORT_ALL = f"""
import argparse, json, logging, ssl, sys, traceback
from importlib import import_module
from pkgutil import iter_modules
before = set(sys.modules)
def import_all(package):
    for found in iter_modules(package.__path__, package.__name__ + "."):
        if found.name not in {OTHERS}:
            module = import_module(found.name)
            if found.ispkg:
                import_all(module)
import_all(import_module("serverless_runtime"))
print(sorted({SLOW} & (set(sys.modules) - before)))
"""


def test_no_other_module_of_the_functions_imports_what_is_slow_at_its_start() -> None:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False
    )

    assert done.stdout == "[]\n", done.stderr
