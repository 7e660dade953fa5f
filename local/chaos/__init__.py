"""The whole program under faults: what it keeps, what it loses. `python -m local chaos`"""
