"""A real provider of identities, in a process of its own, that can also be told to misbehave.

`python -m tests.oidc_provider FOLDER` serves django-oauth-toolkit on a free port, which is printed;
its database and its key lie in the folder.
"""
