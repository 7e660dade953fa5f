"""How each resource type is created and updated in the emulator, one module per AWS service.

The provider imports every module of this package, so a new one needs no other change.
"""
