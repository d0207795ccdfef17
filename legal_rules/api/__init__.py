"""The law over HTTP: evaluate facts, read the vocabulary and the rules."""
