"""MiniStack, the AWS emulator: how it is started, patched and called, and where it differs."""
