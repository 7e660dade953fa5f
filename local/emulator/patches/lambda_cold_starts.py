"""Lambda: a cold start imports what its function does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a cold start imports what its function imports",
        emulator="imports botocore into each Python worker, to count how deeply functions call "
        "each other: most of the time of a cold start that needs none",
        workaround="local/emulator/patches/lambda_cold_starts.py lets the worker wait until its "
        "function imports botocore",
    ),
)

_INSTALLS = "    _ms_install_invoke_depth()\n"
_WAITS = "    sys.meta_path.insert(0, _BotocoreFinder())\n"
# The package has the module as an attribute only after the import that this is part of.
_FINDER = """
class _BotocoreFinder:
    def find_spec(self, name, path=None, target=None):
        if name != "botocore.handlers":
            return None
        import importlib.util, sys
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module
        def execute_and_install(module):
            execute(module)
            sys.modules["botocore"].handlers = module
            _ms_install_invoke_depth()
        spec.loader.exec_module = execute_and_install
        return spec

"""


def apply() -> None:
    """Let Python workers install the counter when botocore is imported, not before."""
    runtime: Any = import_module("ministack.core.lambda_runtime")
    before, found, after = runtime._PYTHON_WORKER_SCRIPT.rpartition(_INSTALLS)
    if not found:
        raise RuntimeError("the emulator's worker no longer imports botocore as it did")
    runtime._PYTHON_WORKER_SCRIPT = _FINDER + before + _WAITS + after
