"""Day-two operations on a deployed stack: `python -m ops`."""
