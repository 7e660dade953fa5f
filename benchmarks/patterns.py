"""A function that does one unit of a pattern's work: as a program deploys it, with the environment
that the program gives it."""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.process import END, python
from benchmarks.subjects import CREDENTIALS, ROOT
from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, Graph, Resource, run_program
from pulumi_serverless.testing.mocks import FUNCTION

NOW = 1_772_357_400
"""The clocks of a function that is counted stand still: what it caches stays fresh, and nothing
takes long."""

_SLOW_ENOUGH_SECONDS = 120
"""Valgrind makes a function some forty times slower, so nothing may give up after a second."""


@dataclass(frozen=True)
class Unit:
    """One function of a program, and what it does once."""

    name: str
    """Its key in budgets.toml: the pattern."""

    what: str
    """What it does once, for the table."""

    function: str
    """Its name in the program."""

    services: tuple[str, ...]
    """Clients that its first request would make first."""

    event: Mapping[str, Any]
    expected: Mapping[str, Any]
    """What its result has to have, if it has one: the cost of an error must not be counted."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """Those whose values a program gets from AWS, or from others; $stub is the stub's address."""

    folder: str = ""
    """Of the program, from the root of the repository; without it, the example of that name."""

    @property
    def program(self) -> Path:
        return ROOT / (self.folder or f"examples/{self.name.replace('-', '_')}")

    def environment(self, stub_url: str = "") -> dict[str, str]:
        """Return what the program gives the function, with time enough to be counted."""
        declared = _declared(self).inputs["environment"]["variables"]
        patient = {key: _patient(key, value) for key, value in declared.items()}
        own = {key: value.replace("$stub", stub_url) for key, value in self.variables.items()}
        url = {"AWS_ENDPOINT_URL": stub_url} if stub_url else {}
        return {**CREDENTIALS, **patient, **own, **url}

    def init(self, folder: Path) -> list[str]:
        """Import the handler, and make its clients."""
        clients = "".join(f"; aws.client({each!r})" for each in self.services)
        own = f"from serverless_runtime.shared import aws{clients}"
        return python(self.unpacked(folder), f"import {self._module}\n{own}{END}")

    def work(self, folder: Path, number: int) -> list[str]:
        """Import the handler, and do the work that often."""
        statement = (
            f"import time, types\ntime.time = time.monotonic = lambda: {float(NOW)}\n"
            f"import {self._module} as module\n"
            "context = types.SimpleNamespace(aws_request_id='r',\n"
            f"    get_remaining_time_in_millis=lambda: {_SLOW_ENOUGH_SECONDS * 1000})\n"
            f"for _ in range({number}):\n"
            f"    result = module.{self._handler[1]}({dict(self.event)!r}, context)\n"
            f"    assert {dict(self.expected)!r}.items() <= (result or {{}}).items(), result\n"
        )
        return python(self.unpacked(folder), statement + END)

    @property
    def _handler(self) -> tuple[str, str]:
        module, _, name = _declared(self).inputs["handler"].rpartition(".")
        return module, name

    @property
    def _module(self) -> str:
        return self._handler[0]

    def unpacked(self, folder: Path) -> Path:
        """Return a folder with what the function finds under /var/task."""
        target = folder / self.name
        if not target.is_dir():
            with zipfile.ZipFile(_declared(self).inputs["code"].path) as archive:
                archive.extractall(target)
        return target


@functools.cache
def declared(program: Path) -> Graph:
    """Return what a program's stack `dev` declares."""
    project = read_project(program)
    return run_program(
        program,
        project=project.name,
        stack="dev",
        config={**project.config("dev"), "pulumi-serverless:bundleFor": "host"},
        mocks=AwsMocks(),
    )


def _declared(unit: Unit) -> Resource:
    return declared(unit.program).named(unit.function, FUNCTION)


def _patient(key: str, value: str) -> str:
    if key.endswith("_SECONDS"):
        return value if float(value) > _SLOW_ENOUGH_SECONDS else str(_SLOW_ENOUGH_SECONDS)
    return re.sub(r'"seconds":\d+', f'"seconds":{_SLOW_ENOUGH_SECONDS}', value)
