"""`python -m benchmarks check`"""

from __future__ import annotations

import sys

from benchmarks import counts
from benchmarks.check import read_budgets, verdicts


def check() -> int:
    with counts.code_folders() as folder:
        good = True
        for line, within in verdicts(counts.all_counts(folder), read_budgets()):
            print(line, flush=True)  # noqa: T201
            good = good and within
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(check())
