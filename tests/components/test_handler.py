"""A handler is found in the sources, without being imported."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from pulumi_serverless import FunctionCode
from pulumi_serverless.blocks.handler import require_handler

ORDERS = """
import json as parser
import os.path
from collections import deque, OrderedDict as Ordered

LIMIT = 3
first = second = print
total: int = 4

def take(event, context): ...
async def wait(event, context): ...

class Take:
    def inside(self): ...

if LIMIT > 2:
    def late(event, context): ...
else:
    def early(event, context): ...

try:
    from fast import quick
except ImportError:
    quick = None
"""


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FunctionCode:
    for name, text in {
        "__init__.py": "from mart.orders import take\n",
        "orders.py": ORDERS,
        "desk/__init__.py": "def open(event, context): ...\n",
        "desk/till.py": "def ring(event, context): ...\n",
    }.items():
        path = tmp_path / "mart" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.split(".")[0] == "mart"]:
        monkeypatch.delitem(sys.modules, module)
    return FunctionCode(packages=["serverless_runtime.shared", "mart"])


@pytest.mark.parametrize(
    "name",
    [
        *("take", "Take", "parser", "os", "deque", "Ordered", "LIMIT", "first", "second", "total"),
        *("late", "early", "quick"),
    ],
)
def test_what_a_module_defines_or_imports_at_its_top_can_be_a_handler(
    name: str, code: FunctionCode
) -> None:
    require_handler(f"mart.orders.{name}", code)


@pytest.mark.parametrize("handler", ["mart.take", "mart.desk.open", "mart.desk.till.ring"])
def test_a_handler_may_be_in_a_package_or_in_one_below_it(handler: str, code: FunctionCode) -> None:
    require_handler(handler, code)


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        ("mart.orders.tak", "must name a function of mart.orders, got 'mart.orders.tak'; did you "),
        ("mart.orders.takes", "got 'mart.orders.takes'; did you mean mart.orders.take?"),
        ("mart.orders.inside", "must name a function of mart.orders, got 'mart.orders.inside'"),
        ("mart.orders.json", "must name a function of mart.orders, got 'mart.orders.json'"),
        ("mart.orders.path", "must name a function of mart.orders, got 'mart.orders.path'"),
        ("mart.orders.wait", "must name a function of mart.orders, got 'mart.orders.wait'"),
        (
            "mart.ordres.take",
            "must be in one of the packages serverless_runtime.shared, mart, where there is no "
            "module mart.ordres, got 'mart.ordres.take'",
        ),
        ("serverless_runtime.web.http.handle", "where there is no module serverless_runtime.web"),
        *(
            (each, f"must be an import path such as orders.take_order.handle, got {each!r}")
            for each in (
                "take",
                "mart.orders.",
                ".take",
                "mart/orders.take",
                "mart.1.take",
                "m.a-b",
            )
        ),
    ],
)
def test_any_other_handler_is_refused_with_a_hint(
    handler: str, text: str, code: FunctionCode
) -> None:
    with pytest.raises(ValueError, match=f"^handler .*{re.escape(text)}"):
        require_handler(handler, code)
