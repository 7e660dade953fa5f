"""`python -m serverless_ops`: day-two operations on a deployed stack."""

import sys

# A terminal that is not UTF-8 must not turn the text of an error into another error.
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

try:
    # Takes most of a second, in which somebody may press ctrl-C.
    from serverless_ops.cli import commands
except KeyboardInterrupt:
    print("Interrupted; nothing was changed.", file=sys.stderr)  # noqa: T201
    sys.exit(130)

commands(prog_name="python -m serverless_ops")
