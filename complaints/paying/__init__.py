"""What was paid: proofs by kind of measure, what is owed and still open, references, and payments
read from spreadsheets. Knows no models.

`rows.read` turns a row into an `Entry`, `judging.Judge` says what becomes of it. What is written is
the business of `complaints/posting.py` and of `actions/payments.py`, `actions/payment_run.py`.
"""
