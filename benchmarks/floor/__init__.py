"""The least that Django can do for the same pages: sessions, one person, lean tables, no more.

No roles, no masking, no clocks, no record of what was done. Nobody would want to work with it; it
says how much of a page's time is the product's own.
"""
