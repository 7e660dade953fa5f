"""Replaces the Pulumi engine and its AWS provider: creates what is declared in the emulator."""
