"""The metrics of aggregators, for the code that emits them and for alarms and dashboards."""

NAMESPACE = "Aggregator"

BRANCH = "Branch"
"""Dimension: the name of a branch."""

ANSWERS = "Answers"
"""Answers, whatever is in them."""

INCOMPLETE = "Incomplete"
"""Of those, the ones that lack a branch, or have one from before."""

WITHOUT_REQUIRED = "WithoutRequired"
"""Of those, the ones that lack a required branch: none at all."""

MISSING = "BranchMissing"
"""Branches without an answer of now."""
