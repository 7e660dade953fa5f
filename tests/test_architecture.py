"""The arrows of docs/architecture.md: `.importlinter` enforces them, and each contract can fail."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.answering import ask
from tests.test_shared_code import PATTERNS

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / ".importlinter"
PACKAGES = {
    "pulumi_serverless": "components",
    "serverless_runtime": "lambdas",
    "serverless_ops": ".",
    "local": ".",
}

FORBIDDEN = {
    "patterns": [
        ("pulumi_serverless.task_service.dashboard", "pulumi_serverless.handoff.outbox"),
        ("pulumi_serverless.blocks.table", "pulumi_serverless.handoff.outbox"),
        ("pulumi_serverless.blocks.table", "pulumi_serverless.testing.mocks"),
    ],
    "components": [
        ("pulumi_serverless.handoff.outbox", "serverless_runtime.shared.aws.dynamodb"),
        ("pulumi_serverless.handoff.outbox", "serverless_runtime.handoff.relay.handler"),
        ("pulumi_serverless.handoff.outbox", "boto3"),
    ],
    "blocks": [("pulumi_serverless.blocks.table", "serverless_runtime.task_service.settings")],
    "runtime": [("serverless_runtime.shared.metrics", "pulumi")],
    "services": [
        ("serverless_runtime.task_service.get_task", "serverless_runtime.notification_service")
    ],
    "shared": [
        ("serverless_runtime.shared.metrics", "serverless_runtime.handoff.metrics"),
        ("serverless_runtime.contracts.task", "serverless_runtime.handoff.event"),
        ("serverless_runtime.once.run_once", "serverless_runtime.handoff.received"),
    ],
    "handlers": [
        (
            "serverless_runtime.task_service.get_task",
            "serverless_runtime.task_service.handlers.get_task",
        ),
        ("serverless_runtime.handoff.event", "serverless_runtime.handoff.relay.handler"),
    ],
    "http": [
        (
            "serverless_runtime.task_service.get_task",
            "serverless_runtime.web.http.request",
        ),
    ],
    "library": [
        ("pulumi_serverless.blocks.table", "local.wait"),
        ("pulumi_serverless.blocks.table", "stack_config"),
        ("serverless_runtime.shared.metrics", "benchmarks"),
    ],
    "serverless_ops": [
        ("serverless_ops.aws.errors", "local.scenario"),
        ("serverless_ops.aws.errors", "pulumi_serverless.blocks.names"),
    ],
    "local": [("local.instance", "pulumi_serverless.blocks.names")],
    "emulator": [
        ("local.engine.resource_types", "pulumi_serverless.handoff.alarms"),
        ("local.engine.resource_types", "serverless_ops.deliveries"),
        ("local.cloudwatch.metrics", "local.scenario.observe"),
        ("local.program.project", "local.scenario.receiver"),
        ("local.deployment", "pulumi_serverless.blocks.names"),
    ],
    "circles": [
        ("pulumi_serverless.blocks.table", "pulumi_serverless.blocks.monitoring.alarm"),
        ("serverless_runtime.shared.aws.errors", "serverless_runtime.shared.aws.dynamodb"),
        ("local.instance", "local.deployed"),
    ],
}
"""For each contract, imports that break it: the importing module, the imported one."""


LINTER = """
import io, json, sys
from contextlib import redirect_stdout
from importlinter.cli import lint_imports

for contract in sys.stdin:
    with redirect_stdout(io.StringIO()) as printed:
        lint_imports(limit_to_contracts=(json.loads(contract),))
    print(json.dumps(printed.getvalue()), flush=True)
"""


def _environment(folder: Path) -> dict[str, str]:
    roots = [str(folder / root) for root in PACKAGES.values()]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(roots), "COLUMNS": "1000"}


@dataclass(frozen=True)
class Copy:
    """A copy of everything that the contracts are about, and what lints it."""

    folder: Path
    linter: subprocess.Popen[str]

    @contextmanager
    def importing(self, importer: str, imported: str) -> Iterator[None]:
        """Let a module import another one."""
        module = self.folder / PACKAGES[importer.partition(".")[0]] / Path(*importer.split("."))
        path = module.with_suffix(".py")
        before = path.read_text()
        path.write_text(f"{before}\nimport {imported}\n")
        try:
            yield
        finally:
            path.write_text(before)

    def lint(self, contract: str) -> str:
        """Return what is said about one contract."""
        return str(ask(self.linter, contract))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(CONTRACTS, folder)
    for package, root in PACKAGES.items():
        sources = ROOT / root / package
        for path in sources.rglob("*.py"):
            target = folder / root / package / path.relative_to(sources)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    # A process of its own: import-linter switches off the loggers of the one it runs in.
    with subprocess.Popen(  # noqa: S603 -- our own arguments
        [sys.executable, "-c", LINTER],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as linter:
        yield Copy(folder, linter)


def test_every_import_goes_along_the_arrows() -> None:
    linted = subprocess.run(  # noqa: S603 -- our own arguments
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        env=_environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_contract_has_an_import_that_breaks_it() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)

    assert set(FORBIDDEN) == {
        name.rpartition(":")[2] for name in contracts.sections() if ":contract:" in name
    }


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_contract_finds_imports_against_its_arrow(copy: Copy, contract: str) -> None:
    with ExitStack() as imports:
        for importer, imported in FORBIDDEN[contract]:
            imports.enter_context(copy.importing(importer, imported))
        printed = copy.lint(contract)

    assert "0 kept, 1 broken" in printed, printed
    for importer, imported in FORBIDDEN[contract]:
        # A circle is reported by the package that it is in.
        package = importer.rpartition(".")[0]
        found = (f"{importer} -> {imported} (", f"No cycles are allowed in {package}.")
        assert any(each in printed for each in found), printed


def test_the_tools_name_no_service_and_nothing_that_services_talk_about() -> None:
    runtime = ROOT / "lambdas/serverless_runtime"
    # Outboxes and dead letters are the handoff's, and what the tools are for.
    services = PATTERNS - {"handoff"}
    # The tables of deliveries are one service's; what knows of them is in one folder.
    reads_its_tables = "serverless_ops/deliveries/"
    # And so are the stages of routes.
    sets_its_stages = "serverless_ops/moving_routes/"
    contracts = (runtime / "contracts").glob("[a-z]*.py")
    about = {each.stem for each in contracts if "_" not in each.stem}
    words = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(services | about))})(?![a-z])", re.I)

    named = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "serverless_ops").rglob("*.py")
        for line in path.read_text().splitlines()
        if words.search(line.replace("{task.", "").replace(".add_task(", ""))  # rich's own
    }

    assert words.search("task_id")
    assert words.search('help="the task"')
    assert {
        each for each in named if not each.startswith((reads_its_tables, sets_its_stages))
    } == set()
    imports = {each for each in named if each.startswith(reads_its_tables)}
    assert all("serverless_runtime.notification_service" in each for each in imports), imports
