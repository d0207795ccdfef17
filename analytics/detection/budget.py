"""Budgets of false alarms per series and year that people may choose; those that
`python -m benchmarks.outbreaks` measures. No imports, because pages name them as well.
"""

STANDARD = 1.0
STRICT = 0.2
