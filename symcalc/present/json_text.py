"""Results as JSON that every reader accepts: NaN and infinities are written as their names."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["to_json"]


def to_json(data: Any, *, indent: int | None = 2) -> str:
    """Return JSON text for a result (by its `to_dict`) or for plain data.

    Parameters
    ----------
    data : any
        A result, or data made of dictionaries, sequences, strings, numbers and None.
    indent : int or None
        None writes everything on one line.

    Returns
    -------
    str
        Keys stand in the order of the data. Characters beyond ASCII are escaped, so that the
        text passes through any pipe.

    Raises
    ------
    TypeError
        When a part of the data has no place in JSON.

    Examples
    --------
    >>> to_json({"x": float("nan"), "n": 3}, indent=None)
    '{"x": "nan", "n": 3}'
    """
    return json.dumps(_plain(data), indent=indent, allow_nan=False)


def _plain(data: Any) -> Any:
    """Return the data with strings as keys and no number that JSON lacks."""
    if data is None or isinstance(data, bool | int | str):
        return data
    if isinstance(data, float):
        return data if math.isfinite(data) else str(data)
    if isinstance(data, Mapping) and not hasattr(data, "to_dict"):
        return {_key(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if hasattr(data, "to_dict"):
        return _plain(data.to_dict())
    if hasattr(data, "tolist"):
        return _plain(data.tolist())
    raise TypeError(f"{type(data).__name__} has no place in JSON")


def _key(key: Any) -> str:
    """Return a key of JSON; a pair of names becomes "x,y"."""
    return ",".join(map(str, key)) if isinstance(key, tuple) else str(key)
