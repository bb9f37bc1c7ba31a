"""Rebinding: known assets to the items of a server that was rebuilt or replaced."""
