"""`circuit-breakers`: which providers are not called, until when and why; and closing one."""
