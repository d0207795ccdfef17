"""Full-text search over what the files of cases say."""
