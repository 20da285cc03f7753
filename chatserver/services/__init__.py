"""What happens: check, do, tell; one module a capability, no wire and no screen."""
