"""The wire: every event that a visitor, an agent or the server may send, closed and typed."""

VERSION = 1
"""Version of the protocol; a client says it at connect and a stranger is refused."""
