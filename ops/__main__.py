"""`python -m ops`: day-two operations on a deployed stack."""

import sys

from ops.cli import commands

# A terminal that is not UTF-8 must not turn the text of an error into another error.
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

commands(prog_name="python -m ops")
