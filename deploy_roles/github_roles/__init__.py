"""The roles that GitHub's workflows assume."""
