"""The one search: what it finds, for whom, how fast, and what it remembers."""
