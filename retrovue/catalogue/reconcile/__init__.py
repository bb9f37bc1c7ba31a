"""A scan against what is known: staged, looked up, compared, then applied set-wise."""
