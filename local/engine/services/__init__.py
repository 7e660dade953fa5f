"""The resource types of the emulator, one module per AWS service.

The provider finds every module of this package, so a new one needs no other change.
"""
