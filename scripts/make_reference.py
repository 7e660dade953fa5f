"""Writes docs/reference.md from the docstrings: `make reference`.

A module with `__all__` is public, and what it lists; nothing else is.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
import mdformat
from griffe2md import ConfigDict, prepare_context, prepare_env

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference.md"
PACKAGES = {"pulumi_serverless": "components", "serverless_runtime": "lambdas"}

_HEADER = """\
# Reference

Everything that a program of your own may import. `make reference` writes this page from the
docstrings; what is not on it may change in any release.
"""
_STYLE = ConfigDict(
    heading_level=3,
    inherited_members=True,
    members_order="source",
    merge_init_into_class=False,
    show_bases=False,
    show_object_full_path=False,
    show_root_full_path=False,
    show_root_members_full_path=False,
    show_signature_annotations=True,
    summary=False,
)
_TEMPLATES = prepare_env()


def reference() -> str:
    """Return the page as it should be."""
    parts = [_HEADER]
    for module in public_modules():
        parts.append(f"## {module.path}\n\n{_text(module)}\n")
        for name in sorted(map(str, module.exports or ()), key=str.lower):
            member = module[name].final_target if module[name].is_alias else module[name]
            _hide_assignments(member)
            text = _rendered(member).strip()
            # Exported under another name than its own.
            parts.append(re.sub(rf"\b{member.name}\b", name, text) + "\n")
    return _formatted("\n".join(parts))


def public_modules() -> Iterator[griffe.Module]:
    """Yield the modules of both packages that have `__all__`, a package before what is in it; a
    private one is not for others, it has what its package offers."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / root for root in PACKAGES.values()])
    packages = [loader.load(name) for name in PACKAGES]
    loader.resolve_aliases(implicit=True)
    for package in packages:
        yield from _with_exports(package)


def _with_exports(module: Any) -> Iterator[griffe.Module]:
    if module.exports is not None and not module.is_private:
        yield module
    for each in module.modules.values():
        if not each.is_alias:
            yield from _with_exports(each)


def _rendered(member: Any) -> str:
    # griffe2md's `render_object_docs` compiles its templates again for each object.
    template = _TEMPLATES.get_template(f"{member.kind.value}.md.jinja")
    return mdformat.text(template.render(**prepare_context(member, _STYLE)))


def _hide_assignments(member: Any) -> None:
    """Drop what a class's own code assigns; the value of a field is its default."""
    if member.is_class and not _has_fields(member):
        for attribute in member.attributes.values():
            attribute.value = None


def _has_fields(member: Any) -> bool:
    is_frozen = any(each.callable_path.endswith(".frozen.frozen") for each in member.decorators)
    is_tuple = any(str(each) == "NamedTuple" for each in member.bases)
    return is_frozen or is_tuple or "dataclass" in member.labels


def _formatted(page: str) -> str:
    # `make check` formats code in Markdown, too.
    ruff = str(Path(sys.executable).with_name("ruff"))
    formatted = subprocess.run(  # noqa: S603 -- our own arguments
        [ruff, "format", "--stdin-filename", str(PAGE), "-"],
        input=page,
        capture_output=True,
        text=True,
        check=True,
    )
    return formatted.stdout


def _text(module: griffe.Module) -> str:
    return module.docstring.value if module.docstring else ""


if __name__ == "__main__":
    PAGE.write_text(reference())
