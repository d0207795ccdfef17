"""Figures on paper and in workbooks: the same tables, as Excel and as PDF."""
