"""Runs a Pulumi program against a monitor. Started with the program's own interpreter.

Nothing but `pulumi` may be imported here: the program's environment has nothing else for certain.
Arguments: the monitor's address, project, stack, and the folder or file to run. The configuration
is in PULUMI_CONFIG, where Pulumi looks for it.
"""

import asyncio
import runpy
import sys
from pathlib import Path

import pulumi


def main() -> None:
    monitor, project, stack, program = sys.argv[1:]
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=monitor,
            engine=monitor,
            project=project,
            stack=stack,
            organization="organization",
            root_directory=str(Path.cwd()),
            parallel=16,
            dry_run=False,
        )
    )
    sys.argv = [program]

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    asyncio.run(pulumi.runtime.run_in_stack(run))


if __name__ == "__main__":
    main()
