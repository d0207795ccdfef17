"""Counsel's signature: what it covers, with which key, and whether it still holds."""
