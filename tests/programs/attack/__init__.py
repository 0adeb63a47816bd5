"""Every way in that should not be one, tried on the running stack, and nothing changed afterwards: `make attack`."""
