"""What is out of the ordinary, in rows of numbers and in texts: plain Python on numpy,
testable with no database."""
