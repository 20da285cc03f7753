"""The editors' room: pages on which the FAQ is kept; services do the keeping."""
