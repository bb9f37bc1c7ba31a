"""A scan against what is known: staged, looked up, compared, then applied set-wise.

fields.py forms.py               the fields of found items as columns, and what these can hold
staging.py lookup.py             TEMP tables of a scan; what the file holds, in the order of it
protected.py emptied.py          what stays as it is: not read, excluded, or emptied
compare.py moves.py              what differs; which new item is a known asset that moved
within.py                        the same where only a part of the collection was scanned
apply.py changes.py              write the differences; name them
extras.py                        which film an extra belongs to
idset.py                         sets of ids in little memory
"""
