"""Runs MiniStack with our patches, in the emulator's own Python; it ends with its starter.

The starter holds the other end of standard input and never writes. When the starter ends, even
by SIGKILL, the read returns and the whole process group is killed, the functions' workers included.
"""

import os
import pkgutil
import runpy
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Apply the modules of local/emulator/patches, but for those left out, and run MiniStack."""
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    # Run as a script, this file has its own folder on the path instead of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    patches = import_module("local.emulator.patches")
    left_out = os.environ.get("EMULATOR_WITHOUT_PATCHES", "").split(",")
    for patch in pkgutil.iter_modules(patches.__path__):
        if patch.name not in left_out:
            import_module(f"{patches.__name__}.{patch.name}").apply()
    # After the patches: the application takes over functions that they replace.
    import_module("local.emulator.guarded_app").apply()
    # The argument is the instance's folder: it shows in a process list and is not for MiniStack.
    del sys.argv[1:]
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)


def _end_with_the_starter() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
