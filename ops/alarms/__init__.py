"""Whether each alarm reaches somebody: `verify-alarms`."""
