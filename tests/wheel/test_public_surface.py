"""What an editor shows of the public surface: a docstring for everything in `__all__`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import griffe
import pytest

import pulumi_serverless
from scripts.make_reference import PAGE, ROOT, public_modules

COMPONENTS = ROOT / "components/pulumi_serverless"
LIBRARY = [
    "pulumi_serverless",
    *(
        f"pulumi_serverless.{path.parent.name}"
        for path in sorted(COMPONENTS.glob("*/__init__.py"))
        if path.parent.name != "blocks"
    ),
]
"""The top level with the blocks, and each pattern with a package of its own."""


@pytest.fixture(scope="module")
def modules() -> list[griffe.Module]:
    return list(public_modules())


def listed(module: griffe.Module) -> Iterator[tuple[str, Any]]:
    for name in map(str, module.exports or ()):
        member: Any = module[name]
        yield f"{module.path}.{name}", member.final_target if member.is_alias else member


def undocumented(path: str, member: Any) -> Iterator[str]:
    if not member.docstring:
        yield path
    if member.is_class:
        bases = member.mro()
        for name, each in member.members.items():
            inherited = any(name in base.members and base[name].docstring for base in bases)
            if not (name.startswith("_") or each.is_alias or each.docstring or inherited):
                yield f"{path}.{name}"


def test_every_package_of_the_library_and_the_callers_side_of_a_handoff_are_public(
    modules: list[griffe.Module],
) -> None:
    assert {module.path for module in modules} >= {*LIBRARY, "serverless_runtime.handoff"}


def test_what_the_library_lists_can_be_imported_from_it(modules: list[griffe.Module]) -> None:
    [library] = (module for module in modules if module.path == "pulumi_serverless")
    listed_names = [str(name) for name in library.exports or ()]

    assert listed_names == pulumi_serverless.__all__
    assert all(hasattr(pulumi_serverless, name) for name in listed_names)
    assert not hasattr(pulumi_serverless, "AlarmTopik")


def test_who_only_runs_programs_imports_no_component() -> None:
    code = "import sys, pulumi_serverless.testing; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert {"pulumi_serverless._public", "pulumi_aws"}.isdisjoint(done.stdout.split())


def test_a_pattern_exports_only_what_is_its_own(modules: list[griffe.Module]) -> None:
    for module in (each for each in modules if each.path in LIBRARY[1:]):
        for path, member in listed(module):
            ours = member.path.startswith((f"{module.path}.", "serverless_runtime."))
            assert ours, f"{path} is {member.path}"


def test_everything_public_has_a_docstring(modules: list[griffe.Module]) -> None:
    members = [each for module in modules for each in listed(module)]

    assert len(members) > len(modules)
    assert [each for path, member in members for each in undocumented(path, member)] == []


def test_everything_public_is_on_the_reference_page(modules: list[griffe.Module]) -> None:
    headings = set(PAGE.read_text().splitlines())

    for module in modules:
        for name in map(str, module.exports or ()):
            assert f"### `{name}`" in headings, f"{module.path}.{name}: run `make reference`"
