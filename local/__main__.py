"""`python -m local`: Pulumi programs on this machine."""

import sys

# Before anything that an older Python cannot even read.
if sys.version_info < (3, 11):  # noqa: UP036 -- this check is for those who run it with less
    sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0])

from local.cli import main

main()
