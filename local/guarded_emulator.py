"""Runs MiniStack in the emulator's own Python; it ends when whoever started it is gone.

The starter holds the other end of standard input and never writes. When the starter ends, even
by SIGKILL, the read returns and the whole process group goes, the functions' workers included.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_the_starter() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=_end_with_the_starter, daemon=True).start()
# The argument is the instance's folder: there to be seen in a process list, not for MiniStack.
del sys.argv[1:]
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
