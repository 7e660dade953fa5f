"""Looks up known vulnerabilities of what lock files pin: audit.py LOCK... `make check` runs it.

pip-audit queries a database on the network. If that cannot be reached, this reports that nothing
was audited and lets the check continue; pip-audit itself would report that nothing was found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

_SOCKET_SECONDS = 5
_FILE_SECONDS = 120


class Unreachable(Exception):  # noqa: N818 -- a state of the network, not a defect
    """The database could not be reached; the text is pip-audit's reason."""


class Verdict(NamedTuple):
    """The audit of one lock file."""

    vulnerable: list[str]
    """One line for each known vulnerability."""

    unknown: list[str]
    """Packages that could not be audited."""


def verdict(report: dict[str, Any]) -> Verdict:
    """Evaluate pip-audit's JSON report. Raises Unreachable if it contains no results."""
    packages = report["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    if packages and len(unknown) == len(packages):
        raise Unreachable(packages[0]["skip_reason"])
    vulnerable = [
        f"{each['name']} {each['version']}: {found['id']}, fixed in "
        f"{', '.join(found['fix_versions']) or 'no version yet'}"
        for each in packages
        for found in each.get("vulns", ())
    ]
    return Verdict(vulnerable, unknown)


def audit(lock: Path) -> Verdict:
    """Audit one lock file. Raises Unreachable."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format"]
    command += ["json", "--progress-spinner", "off", "--timeout", str(_SOCKET_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and arguments
            [*command, "--requirement", str(lock)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_FILE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no response within {_FILE_SECONDS} s") from None
    if not done.stdout.startswith("{"):
        raise Unreachable((done.stderr.strip().splitlines() or ["no output"])[-1])
    return verdict(json.loads(done.stdout))


def main(locks: list[str]) -> int:
    """Audit the lock files, the smallest first: if nothing is known there, nothing is anywhere."""
    vulnerable = 0
    for lock in sorted(map(Path, locks), key=lambda path: path.stat().st_size):
        try:
            found = audit(lock)
        except Unreachable as reason:
            say(f"\n*** NOT AUDITED: {lock} and larger lock files. The vulnerability database")
            say(f"*** cannot be reached from here: {reason}\n")
            break
        if found.unknown:
            say(f"*** NOT AUDITED: {', '.join(found.unknown)} in {lock}")
        for line in found.vulnerable:
            say(f"{lock}: {line}")
        vulnerable += len(found.vulnerable)
    return 1 if vulnerable else 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
