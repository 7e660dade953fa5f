"""`python -m local.operations`: `python -m serverless_ops` on an emulator.

Its queues are not distributed: a short poll finds what a long one does, seconds earlier.
"""

from serverless_ops.cli import commands
from serverless_ops.context import Context

commands(prog_name="python -m serverless_ops", obj=Context(poll_seconds=0))
