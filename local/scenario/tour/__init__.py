"""The tour: the handoff at work, failing and recovering; it prints only what it has observed."""
