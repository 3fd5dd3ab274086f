"""Which step of a model has no number, where a fit found none to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..optimize import Fit
from ..outcome import Outcome
from .first_nan import Setting, describe_not_finite
from .fit_model import Model

__all__ = ["with_bad_entry", "with_bad_step"]


def with_bad_step(found: Fit, model: Model, columns: Mapping[str, Any]) -> Fit:
    """Return a fit whose model is not finite with the first step that is not, in the first row."""
    if found.outcome is not Outcome.NOT_FINITE:
        return found
    with np.errstate(all="ignore"):
        values = model.at(columns, found.observed.size).values(
            np.array(list(found.parameters.values()))
        )
    bad = np.flatnonzero(~np.isfinite(values))
    if not bad.size:
        return found
    row = int(bad[0])
    here = {name: float(np.broadcast_to(columns[name], values.shape)[row]) for name in columns}
    setting = Setting(model.expression, model.parameters, here, {})
    said = describe_not_finite(setting, found.parameters)
    return replace(found, notes=(*found.notes, *said))


def with_bad_entry(found: Fit, setting: Setting, parameters: Mapping[str, Any]) -> Fit:
    """Return a fit over arrays whose model is not finite with the first step that is not."""
    if found.outcome is not Outcome.NOT_FINITE:
        return found
    return replace(found, notes=(*found.notes, *describe_not_finite(setting, parameters)))
