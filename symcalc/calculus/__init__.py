"""The public verbs, one file each: exact first, always judged, always labelled."""
