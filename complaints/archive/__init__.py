"""The file of a finished case as evidence: what it lacks, what goes into its sealed package, and
the dossier in which one reads it.
"""
