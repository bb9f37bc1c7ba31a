"""Whether the file is sound, and how it is repaired.

check.py integrity.py            everything that is wrong; what SQLite says of damage
odd_values.py same_names.py foreign_objects.py    values out of form; equal names; what is not ours
repair.py                        the order of a repair; a file for each kind of step:
  repair_schema.py repair_ids.py repair_values.py repair_rows.py
"""
