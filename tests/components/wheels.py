"""Wheels of one module, and lock files that find them."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path


def a_wheel(folder: Path, name: str, version: str = "1.0", text: str = "") -> str:
    """Write a wheel, and return its line in a lock file."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": text,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},{record_digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def record_digest(content: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"


def with_marker(line: str, marker: str) -> str:
    requirement, _, digest = line.partition(" ")
    return f"{requirement} ; {marker} \\\n    {digest}"


def a_lock(folder: Path, *lines: str) -> Path:
    lock = folder / "lock.txt"
    lock.write_text("\n".join(["--no-index", f"--find-links {folder / 'wheels'}", *lines]))
    return lock


def a_pip(folder: Path) -> str:
    """Write what stands in for a Python with pip: it installs every wheel of the folder, whatever
    it is asked for, in a hundredth of pip's time. For tests of what happens before and after."""
    unpacked = folder / "unpacked"
    for wheel in (folder / "wheels").iterdir():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
    python = folder / "python-with-pip"
    python.touch(mode=0o700)
    python.write_text(
        f"""#!/bin/sh
        while [ $# -gt 0 ]; do
            if [ "$1" = --target ]; then cp -R '{unpacked}/.' "$2"; fi
            shift
        done
        """
    )
    return str(python)
