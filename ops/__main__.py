"""`python -m ops`: what people do to a running stack."""

import sys

from ops.cli import commands

# An old terminal must not turn an error's text into an error.
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

commands(prog_name="python -m ops")
