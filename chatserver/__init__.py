"""A live chat for online shops: people first, a bot for every gap, nothing acknowledged is lost."""

__version__ = "0.1.0"
