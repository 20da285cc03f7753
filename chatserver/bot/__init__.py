"""The rule-and-FAQ responder: what was heard in, one decision out. Pure: no I/O, no clock."""
