"""The engine that applies the rules: pure Python, no Django, no database, no clock of its own."""
