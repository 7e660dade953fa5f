from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_the_import_arrows_point_the_way_the_architecture_says() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
