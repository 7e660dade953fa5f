"""Patches for MiniStack, one module per AWS service; run_ministack.py calls `apply()` of each.

They run in the emulator's own Python and are read in ours, where there is no MiniStack. So its
modules are imported in the functions. Most replace private functions, hence the pinned version.
"""
