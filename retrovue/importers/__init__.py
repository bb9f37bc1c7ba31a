"""Importers: what a plugin author reads, the hooks, and finding and loading plugins."""
