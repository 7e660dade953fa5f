"""Day-two operations on a deployed stack: `python -m serverless_ops`."""
