"""A Pulumi program, run in its own Python environment as Pulumi's language host runs it."""
