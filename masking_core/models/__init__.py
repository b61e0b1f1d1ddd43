"""Trained networks: which are known, where their files are looked for, fetching and running them.

Nothing here is loaded by ``import masking_core``; a network is read when a method first needs it.
"""
