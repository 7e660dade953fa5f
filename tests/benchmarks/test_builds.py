"""Cold builds start from nothing, and are summed up by medians."""

from __future__ import annotations

from pathlib import Path

from benchmarks.builds import BuildTime, fresh_copy, of_rounds


def test_rounds_are_summed_up_by_their_medians() -> None:
    found = of_rounds("zip", [(2.0, 1.0), (4.0, 1.0), (10.0, 9.0)])

    assert found == BuildTime("zip", cold_seconds=4.0, warm_seconds=1.0, ratio=0.5)


def test_a_fresh_copy_has_the_program_and_nothing_that_was_built(tmp_path: Path) -> None:
    for name in ("program.py", ".build/bundles/a.zip", "local/__pycache__/a.pyc", "local/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".venv-emulator").mkdir()

    with fresh_copy(tmp_path) as folder:
        found = sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))
        assert found == [".venv-emulator", "local", "local/a.py", "program.py"]
        assert (folder / ".venv-emulator").resolve() == tmp_path / ".venv-emulator"

    assert not folder.exists()


def test_the_original_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".venv-emulator").mkdir()
    (tmp_path / "kept").touch()

    with fresh_copy(tmp_path) as folder:
        (folder / "kept").unlink()

    assert (tmp_path / "kept").exists()
    assert (tmp_path / ".venv-emulator").is_dir()
