from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import pytest

from tests.rewrite import rewrite


def test_a_text_that_is_as_long_and_as_old_as_the_one_before_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    main = tmp_path / "__main__.py"
    for word in ("one", "two"):
        rewrite(main, f"print('{word}')\n")
        os.utime(main, (1e9, 1e9))
        runpy.run_path(str(tmp_path))

    assert capsys.readouterr().out.split() == ["one", "two"]
