"""阶段反馈 from a file: what a unit wrote into its list while it was out, looked at line by line and taken whole or not.

A file becomes `Entry` (files.py), an entry becomes a `Line` that says what would happen (lines.py); what was looked at
goes to the browser and back under our signature (forms.py), and is taken in one transaction (taking.py).
"""
