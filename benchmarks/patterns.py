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
from benchmarks.subjects import CREDENTIALS, ROOT, runtime_packages
from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, Graph, Resource, run_program
from pulumi_serverless.testing.mocks import FUNCTION
from serverless_runtime.webhook_in.settings import SEPARATOR

NOW = 1_772_357_400
"""The clocks that functions read stand still: what they cache stays fresh, no deadline passes, and
no call counts as slow."""

_SLOW_ENOUGH_SECONDS = 120
"""Valgrind makes a function some forty times slower, so no setting in seconds may be shorter."""

BARE_UNITS = Path(__file__).with_name("bare") / "units"
_BARE_NAMES = {
    "TABLE_NAME": "table",
    "TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:topic",
    "FUNCTION_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:function",
    "SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:secret-000000",
    "BUS_NAME": "bus",
    "SEPARATOR": SEPARATOR,
}
_BARE_URLS = ("AWS_ENDPOINT_URL", "CARRIER_URL", "LEGACY_URL")

_REPEATED = (
    """\
import json, time, types
began = time.perf_counter()
time.time = time.monotonic = lambda: {now}
import {module} as module
context = types.SimpleNamespace(
    aws_request_id="r", get_remaining_time_in_millis=lambda: {milliseconds})
took, processor = [], 0.0
for _ in range({number}):
    processor_began = time.process_time()
    result = module.{handler}({event!r}, context)
    took.append((time.perf_counter() - began) * 1000)
    processor = processor + time.process_time() - processor_began if took[1:] else 0.0
    assert {expected!r}.items() <= (result or {{}}).items(), result
    time.sleep({pause_seconds})
    began = time.perf_counter()
found = {{"took_ms": took, "processor_ms": processor * 1000 / max(len(took) - 1, 1)}}
print(json.dumps(found), flush=True)
"""
    + END
)


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

    def work(self, folder: Path, number: int, pause_seconds: float = 0) -> list[str]:
        """Import the handler, and do the work that often; the last line says what it took."""
        return python(self.unpacked(folder), self._repeated(*self._handler, number, pause_seconds))

    def bare_work(self, number: int, pause_seconds: float = 0) -> list[str]:
        """Do the same with the least code: boto3, as it is on Lambda, and nothing else."""
        path = f"sys.path.insert(0, {str(BARE_UNITS)!r})\n"
        module = self.name.replace("-", "_")
        statement = self._repeated(module, "handle", number, pause_seconds)
        return python(runtime_packages(), path + statement)

    def bare_environment(self, stub_url: str) -> dict[str, str]:
        """Return what the least code of each pattern needs, under the same names for all."""
        return {**CREDENTIALS, **_BARE_NAMES, **dict.fromkeys(_BARE_URLS, stub_url)}

    def _repeated(self, module: str, handler: str, number: int, pause_seconds: float) -> str:
        return _REPEATED.format(
            now=float(NOW),
            module=module,
            handler=handler,
            number=number,
            pause_seconds=pause_seconds,
            milliseconds=_SLOW_ENOUGH_SECONDS * 1000,
            event=dict(self.event),
            expected=dict(self.expected),
        )

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
