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
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("serverless_"):
        raise
    print(  # noqa: T201
        f"Error: {error.name} is not installed in {sys.prefix}; the commands need "
        "pip install 'pulumi-serverless[ops]', or an environment that has it",
        file=sys.stderr,
    )
    sys.exit(2)

commands(prog_name="python -m serverless_ops")
