"""`make engine` finds a Pulumi CLI, or says why it does not run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.pulumi_cli import cached, is_new_enough
from tests.local.slow_to_stop import STATUS, next_line, started_by

ROOT = Path(__file__).parents[1]


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that would print "run", where PATH and the user's cache are an empty folder."""
    return subprocess.run(  # noqa: S603 -- our own interpreter and script
        [sys.executable, ROOT / "scripts/pulumi_cli.py", sys.executable, "-c", "print('run')"],
        env={"PATH": str(folder), "XDG_CACHE_HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def pulumi(folder: Path, version: str, *, host: bool = True) -> None:
    """A CLI that knows its version, with the language host beside it."""
    for name in ("pulumi", *(["pulumi-language-python"] if host else [])):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)


def test_without_a_cli_and_without_go_it_is_skipped_with_the_reason(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert done.returncode == 0
    assert "SKIPPED" in done.stdout
    assert "install the Pulumi CLI" in done.stdout
    assert "run" not in done.stdout.splitlines()


def test_in_ci_it_is_never_skipped(tmp_path: Path) -> None:
    assert run(tmp_path, CI="1").returncode == 1


def test_a_cli_on_path_is_used(tmp_path: Path) -> None:
    pulumi(tmp_path, "v3.999.0")

    assert run(tmp_path, CI="1").stdout == "run\n"


def test_a_cli_older_than_the_sdk_is_refused_with_both_versions(tmp_path: Path) -> None:
    pulumi(tmp_path, "v3.9.1")

    done = run(tmp_path, CI="1")

    assert done.returncode == 1
    assert "got v3.9.1" in done.stdout


def test_a_cli_without_the_language_host_is_refused(tmp_path: Path) -> None:
    pulumi(tmp_path, "v3.999.0", host=False)

    done = run(tmp_path, CI="1")

    assert done.returncode == 1
    assert "`pulumi` on PATH has no `pulumi-language-python`" in done.stdout


@pytest.mark.parametrize(
    ("given", "oldest", "expected"),
    [
        ("v3.274.1", "3.272.0", True),
        ("3.272.0", "3.272.0", True),
        ("v3.99.0", "3.272.0", False),
        ("v4.0.0", "3.272.0", False),
        ("dev", "3.272.0", False),
    ],
)
def test_a_cli_is_new_enough_if_it_is_as_new_as_the_sdk(
    given: str, oldest: str, expected: bool
) -> None:
    assert is_new_enough(given, oldest) is expected


def test_other_pins_are_another_build(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("one")
    (tmp_path / "go.sum").write_text("")
    host = tmp_path / "language-python" / "go.sum"
    host.parent.mkdir()
    host.write_text("one")
    first = cached(tmp_path)
    (tmp_path / "go.sum").write_text("two")
    second = cached(tmp_path)
    host.write_text("two")

    assert len({first, second, cached(tmp_path)}) == 3


def test_ctrl_c_is_for_the_command_which_ends_in_its_own_time(tmp_path: Path) -> None:
    pulumi(tmp_path, "v3.999.0")
    words = [sys.executable, str(ROOT / "scripts/pulumi_cli.py")]

    with started_by(words, PATH=str(tmp_path)) as process:
        process.send_signal(signal.SIGINT)

        assert next_line(process) == "SIGINT"
        assert process.communicate("end\n") == ("ended\n", "")
        assert process.returncode == STATUS


def test_a_cli_that_does_not_know_its_version_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pulumi").chmod(0o755)

    done = run(tmp_path)

    assert "SKIPPED" in done.stdout
    assert "Traceback" not in done.stderr
