"""What a function imports from the packages, and what that does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import serverless_runtime.handoff
import serverless_runtime.once


@pytest.mark.parametrize("package", [serverless_runtime.handoff, serverless_runtime.once])
def test_a_package_has_what_it_names_and_nothing_else(package: object) -> None:
    for name in package.__all__:  # type: ignore[attr-defined]
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Twice'"):
        package.Twice  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("imported", "not_loaded"),
    [
        ("serverless_runtime.handoff", "received"),
        ("serverless_runtime.handoff", "publisher"),
        ("serverless_runtime.once.settings", "run_once"),
    ],
)
def test_a_function_loads_only_what_it_uses(imported: str, not_loaded: str) -> None:
    code = f"import sys, {imported}; print(*sys.modules)"

    shown = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    loaded = shown.stdout.split()
    assert imported in loaded
    assert f"{imported.removesuffix('.settings')}.{not_loaded}" not in loaded
