"""The handlers, one for each kind of target."""
