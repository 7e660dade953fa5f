"""The router of a strangler facade: each request goes to the old system, or to the new one."""
