"""What can keep the demo from starting, as one sentence for whoever started it."""

from chatserver.errors import ChatError


class DemoError(ChatError):
    """The demo can't start; the message says why and what to do."""
