"""A copy of a project's folder that a test may change: its files are links, its settings not."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import yaml

from local.program.local_stack import EMULATOR_CONFIG
from tests.program.programs import ROOT, project_of
from tests.rewrite import rewrite

_NOT_PROGRAM = (".git", ".local", "tests", "docs")


class Project:
    """A Pulumi project. `program` runs it as the language host does."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.name = project_of(source)
        self.folder = folder
        for entry in source.iterdir():
            if entry.name not in _NOT_PROGRAM and not entry.name.startswith("Pulumi."):
                (folder / entry.name).symlink_to(entry)
        # One folder of bundles for all programs: a bundle is found by its content.
        if source != ROOT:
            (ROOT / ".build").mkdir(exist_ok=True)
            (folder / ".build").unlink(missing_ok=True)
            (folder / ".build").symlink_to(ROOT / ".build")
        for settings in source.glob("Pulumi.*"):
            (folder / settings.name).write_text(settings.read_text())

    def configure(self, stack: str, changes: Mapping[str, Any]) -> None:
        """Set settings of a stack; keys without a namespace are the project's own, None unsets."""
        path = self._settings(stack)
        document = yaml.safe_load(path.read_text()) if path.exists() else {}
        config = (document or {}).setdefault("config", {})
        for key, value in {**EMULATOR_CONFIG, **changes}.items():
            full_key = key if ":" in key else f"{self.name}:{key}"
            config.pop(full_key, None)
            if value is not None:
                config[full_key] = value
        path.write_text(yaml.safe_dump(document))

    def setting(self, stack: str, key: str) -> Any:
        """A setting of the project in the stack's file."""
        return yaml.safe_load(self._settings(stack).read_text())["config"][f"{self.name}:{key}"]

    def unprotect(self, stack: str) -> None:
        """Let the stack's data be deleted: by its setting, or in the program if it has none."""
        project = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())
        if "protectData" in project.get("config", {}):
            self.configure(stack, {"protectData": False})
        elif "Foundation(" in (self.folder / "__main__.py").read_text():
            self.rewrite(("Foundation(", "Foundation(protect_data=False, "))

    def rewrite(self, *replacements: tuple[str, str], more: str = "") -> None:
        """Change the text of the program itself; each text to replace is in it."""
        main = self.folder / "__main__.py"
        text = main.read_text()
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        rewrite(main, text + more)

    def program(self) -> None:
        """Run it in this process, and forget what it has imported."""
        modules, path = set(sys.modules), list(sys.path)
        try:
            runpy.run_path(str(self.folder), run_name="__main__")
        finally:
            sys.path[:] = path
            for name in set(sys.modules) - modules:
                if self._is_own(name):
                    del sys.modules[name]

    def _is_own(self, module: str) -> bool:
        file = getattr(sys.modules[module], "__file__", None)
        return file is not None and Path(file).parent == self.folder

    def _settings(self, stack: str) -> Path:
        return self.folder / f"Pulumi.{stack}.yaml"


@contextmanager
def entered(project: Project) -> Iterator[None]:
    """In the project's folder, as the CLI is when it runs a program."""
    assert "PULUMI_CONFIG" not in os.environ
    with chdir(project.folder):
        yield
