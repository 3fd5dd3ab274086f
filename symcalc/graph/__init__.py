"""Immutable hash-consed nodes and the one reverse-mode derivation."""
