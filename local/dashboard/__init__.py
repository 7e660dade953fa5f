"""The stack's dashboard as a page of this machine, filled from the emulator."""
