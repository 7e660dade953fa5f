"""How each resource type of the program is made in the emulator, one module per AWS service.

A maker takes the emulator's clients, the physical name and the provider's inputs (camelCase),
creates the resource, and returns its id with what the real provider would know afterwards.
"""
