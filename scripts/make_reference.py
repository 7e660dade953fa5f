"""Writes docs/reference.md: the public interface, from the docstrings. `make reference` runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference.md"

# What a program of somebody else's imports, in the order in which it meets it.
MODULES = (
    "pulumi_serverless.handoff.async_handoff",
    "pulumi_serverless.task_service.task_service",
    "pulumi_serverless.notification_service.notification_service",
    "pulumi_serverless.blocks.function",
    "pulumi_serverless.blocks.bundle",
    "pulumi_serverless.blocks.dead_letter_queue",
    "pulumi_serverless.blocks.monitoring.alarm",
    "pulumi_serverless.blocks.table",
    "pulumi_serverless.blocks.http_api",
    "serverless_runtime.handoff.handoff",
    "serverless_runtime.handoff.event",
    "serverless_runtime.notification_service.settings.email",
    "serverless_runtime.notification_service.settings.sms",
    "serverless_runtime.notification_service.settings.push",
    "serverless_runtime.notification_service.settings.webhook",
)

HEADER = """\
# Reference

Everything that a program of your own may import. `make reference` writes this page from the
docstrings; what is not on it may change in any release.
"""


def reference() -> str:
    """The page as it should be."""
    packages = {
        name: griffe.load(name, search_paths=[str(ROOT / root)], resolve_aliases=False)
        for root, name in (("components", "pulumi_serverless"), ("lambdas", "serverless_runtime"))
    }
    lines = [HEADER]
    for path in MODULES:
        package, _, rest = path.partition(".")
        lines += _module(path, packages[package][rest])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _module(path: str, module: Any) -> Iterator[str]:
    # Its first paragraph: the rest may be a drawing.
    yield f"## {path}\n"
    yield _text(module).split("\n\n")[0] + "\n"
    for member in module.members.values():
        if _is_public(member) and member.is_class:
            yield from _class(member)
        elif _is_public(member) and member.is_function:
            yield f"### {_signature(member)}\n"
            yield f"{_text(member)}\n"


def _class(found: Any) -> Iterator[str]:
    bases = ", ".join(str(base) for base in found.bases)
    yield f"### {found.name}" + (f"({bases})" if bases else "") + "\n"
    yield f"{_text(found)}\n"
    for member in found.members.values():
        if member.is_attribute and _is_public(member) and member.annotation is not None:
            yield _attribute(member)
    yield ""
    for member in found.members.values():
        if member.is_function and _is_public(member) and not member.has_labels("property"):
            yield f"#### {_signature(member)}\n"
            yield f"{_text(member)}\n"


def _attribute(found: Any) -> str:
    """One line for one attribute. Only an argument's value is its default; others are results."""
    is_argument = any("dataclass" in str(each.value) for each in found.parent.decorators)
    has_default = is_argument and found.is_attribute and found.value is not None
    default = f" = {_made_by(str(found.value))}" if has_default else ""
    text = " ".join(_text(found).split())
    return f"- `{found.name}: {found.annotation}{default}`" + (f": {text}" if text else "")


def _made_by(default: str) -> str:
    factory = re.fullmatch(r"field\(default_factory=(\w+)\)", default)
    return f"{factory[1]}()" if factory else default


def _signature(found: Any) -> str:
    parts: list[str] = []
    for each in found.parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is griffe.ParameterKind.keyword_only and "*" not in parts:
            parts.append("*")
        default = f" = {each.default}" if each.default is not None else ""
        parts.append(f"{each.name}: {each.annotation}{default}")
    return f"`{found.name}({', '.join(parts)}) -> {found.returns}`"


def _is_public(member: Any) -> bool:
    return not member.is_alias and not member.name.startswith("_")


def _text(found: Any) -> str:
    return found.docstring.value if found.docstring else ""


if __name__ == "__main__":
    PAGE.write_text(reference())
