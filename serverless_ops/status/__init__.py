"""The health of a stack on one screen: `status`."""
