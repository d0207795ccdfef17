"""Letters to consumers: templates, their words, their pages on paper, and who signed them."""
