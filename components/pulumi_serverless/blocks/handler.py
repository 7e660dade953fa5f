"""Finds a function's handler without importing it, so that a misspelt one fails in preview."""

from __future__ import annotations

import ast
import functools
import re
from difflib import get_close_matches
from pathlib import Path

from pulumi_serverless.blocks.bundle import FunctionCode, locate

_HANDLER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def require_handler(handler: str, code: FunctionCode) -> None:
    """Raise ValueError unless the handler is defined in a module of the bundle, BundleError if the
    bundle's packages cannot be found."""
    if not _HANDLER.fullmatch(handler):
        raise ValueError(
            f"handler must be an import path such as orders.take_order.handle, got {handler!r}"
        )
    module, _, name = handler.rpartition(".")
    source = _source_of(module, code)
    if source is None:
        raise ValueError(
            f"handler must be in one of the packages {', '.join(code.packages)}, where there is "
            f"no module {module}, got {handler!r}"
        )
    defined = _names_in(source)
    if name not in defined:
        near = get_close_matches(name, sorted(defined), n=1)
        hint = f"; did you mean {module}.{near[0]}?" if near else ""
        raise ValueError(f"handler must name a function of {module}, got {handler!r}{hint}")


def _source_of(module: str, code: FunctionCode) -> Path | None:
    for package in code.packages:
        folder, root = locate(package)
        path = root.joinpath(*module.split("."))
        for source in (path.with_suffix(".py"), path / "__init__.py"):
            if source.is_relative_to(folder) and source.is_file():
                return source
    return None


@functools.cache
def _names_in(source: Path) -> set[str]:
    """What a module defines at its top, or imports."""
    names: set[str] = set()
    for node in ast.parse(source.read_text()).body:
        # An `if` or a `try` may define names as well.
        for inner in [node, *ast.walk(node)] if isinstance(node, ast.If | ast.Try) else [node]:
            if isinstance(inner, ast.FunctionDef | ast.ClassDef):
                names.add(inner.name)
            elif isinstance(inner, ast.Import | ast.ImportFrom):
                names |= {(each.asname or each.name).partition(".")[0] for each in inner.names}
            elif isinstance(inner, ast.Assign | ast.AnnAssign):
                targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
                names |= {each.id for each in targets if isinstance(each, ast.Name)}
    return names
