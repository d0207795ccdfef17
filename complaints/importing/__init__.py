"""Reading complaints from spreadsheets: bytes → table → mapping → values of a registration. Knows
no models.

`sheets.read` takes the file, `mapping` says which column is which field, `values.read_row` turns a
row into what `actions.intake.register` takes. What is written is the business of
`actions/importing.py`.
"""
