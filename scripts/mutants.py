"""Changes the code at random, one operator, constant or keyword at a time, and looks whether a test
notices: `make mutants COUNT=50 SEED=1`.

The changes are Cosmic Ray's. They are made in a copy of the working tree, and for each the tests
that name the module run first, then those of the same part; not end to end. A change of annotations
alone is none, because nothing evaluates them.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[1]
PARTS = {
    "lambdas/serverless_runtime": "tests/lambdas",
    "components/pulumi_serverless": "tests/components tests/program",
    "serverless_ops": "tests/ops",
}
"""Source folders, and the tests of each."""

TARGET_PERCENT = 95
_TIMEOUT_SECONDS = 600
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", ".local", "__pycache__", "*_cache", ".hypothesis"
)
_ENVIRONMENTS = (".venv", ".venv-emulator", ".venv-policy")


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    module: Path
    code: str

    def diff(self) -> str:
        """Return the change, as a reviewer reads it."""
        before = (ROOT / self.module).read_text().splitlines()
        lines = unified_diff(before, self.code.splitlines(), str(self.module), "changed", n=1)
        return "\n".join(line.rstrip("\n") for line in lines)


def mutants(modules: list[Path], seed: int) -> Iterator[Mutant]:
    """Yield every change of the modules once, in an order that the seed decides."""
    possible = []
    for module in modules:
        tree = get_ast((ROOT / module).read_text())
        for name in operator_names():
            operator_class = get_operator(name)
            if operator_class.arguments():
                continue
            operator = operator_class()
            count = sum(1 for node in ast_nodes(tree) for _ in operator.mutation_positions(node))
            possible += [(module, operator, number) for number in range(count)]
    random.Random(seed).shuffle(possible)  # noqa: S311 -- a sample, no secret
    for module, operator, number in possible:
        before = (ROOT / module).read_text()
        after = mutate_code(before, operator, number)
        if after is not None and is_change(before, after):
            yield Mutant(module, after)


def is_change(before: str, after: str) -> bool:
    """Whether the code differs by more than its annotations, and still is Python."""
    try:
        return _without_annotations(before) != _without_annotations(after)
    except SyntaxError:
        return False


def _without_annotations(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def tests_of(module: Path) -> list[list[str]]:
    """Return what to run: first the tests that name the module, then those of its part."""
    part = next(part for part in PARTS if module.is_relative_to(part))
    folders = PARTS[part].split()
    inside = module.relative_to(part).parts[0]
    mirrored = [f"{each}/{inside}" for each in folders if (ROOT / each / inside).is_dir()]
    roots = ("lambdas", "components")
    parts = module.with_suffix("").parts
    dotted = ".".join(parts[1:] if parts[0] in roots else parts).removesuffix(".__init__")
    naming = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("test_*.py"))
        if dotted in path.read_text()
    ]
    return [tests for tests in (naming, mirrored or folders) if tests]


def is_noticed(copy: Path, mutant: Mutant) -> bool:
    """Whether a test fails, or does not end, with the change."""
    changed = copy / mutant.module
    changed.write_text(mutant.code)
    try:
        return any(not passes(copy, tests) for tests in tests_of(mutant.module))
    finally:
        changed.write_text((ROOT / mutant.module).read_text())


def passes(copy: Path, tests: list[str]) -> bool:
    """Whether these tests pass in the copy."""
    path = os.pathsep.join(str(copy / each) for each in ("", "components", "lambdas"))
    # In a group of its own, so that what a hanging test has started ends with it.
    pytest = subprocess.Popen(  # noqa: S603 -- no shell, our own arguments
        [str(copy / ".venv/bin/pytest"), "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return pytest.wait(_TIMEOUT_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(pytest.pid, 9)
        pytest.wait()
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="how many changes (50)")
    parser.add_argument("--seed", type=int, default=1, help="decides which (1)")
    parser.add_argument("paths", nargs="*", help="files or folders; all parts if left out")
    chosen = parser.parse_args()
    modules = [
        path.relative_to(ROOT)
        for each in chosen.paths or PARTS
        for path in (
            [ROOT / each] if (ROOT / each).is_file() else sorted((ROOT / each).rglob("*.py"))
        )
    ]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=_NOT_COPIED, symlinks=True)
        for environment in _ENVIRONMENTS:
            (copy / environment).symlink_to(ROOT / environment)
        survived = run(copy, modules, chosen.count, chosen.seed)
    sys.exit(int(survived))


def _sources(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(copy: Path, modules: list[Path], count: int, seed: int) -> bool:
    """Try the changes, print what survives, and return whether that is too many."""
    survivors = tried = 0
    for mutant, _ in zip(mutants(modules, seed), range(count), strict=False):
        started = time.monotonic()
        noticed = is_noticed(copy, mutant)
        tried += 1
        survivors += not noticed
        took = f"{time.monotonic() - started:.0f} s"
        _say(f"{tried}/{count} {'noticed' if noticed else 'SURVIVED'} {mutant.module} ({took})")
        if not noticed:
            _say(mutant.diff())
    percent = 100 * (tried - survivors) / tried if tried else 100
    _say(f"{tried - survivors} of {tried} changes were noticed: {percent:.0f} %")
    return percent < TARGET_PERCENT


if __name__ == "__main__":
    main()
