"""Importers: what a plugin author reads, the hooks, and finding and loading plugins.

api.py hookspecs.py              the class of an importer, its options; the hooks
entry_points.py loader.py        find plugins without importing them; load each by itself
settings.py                      options given, stored and resolved
"""
