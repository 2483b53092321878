"""The value model's kernel says what its reference says."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.config.settings import ValueWeights
from jhalak.learning.model import H
from jhalak.schema.candidates import Candidates
from jhalak.stages.fatigue import FATIGUE
from jhalak.stages.prediction import PREDICTIONS
from jhalak.stages.valuation import Weighted, value_reference, worth_of
from tests.worlds import query_of


@pytest.mark.parametrize("n", [0, 1, 300])
def test_the_kernel_equals_its_reference_also_for_what_is_no_number(n: int) -> None:
    rng = np.random.default_rng(n)
    predictions = rng.random((n, H)).astype(np.float32)
    predictions[1:4] = np.array([np.nan, np.inf, -np.inf])[: max(n - 1, 0), None][:3]
    fatigue = rng.random(n).astype(np.float32)
    found = Candidates(np.arange(n, dtype=np.int32), {PREDICTIONS: predictions, FATIGUE: fatigue})
    value = Weighted(ValueWeights()).value(query_of(), found)
    with np.errstate(invalid="ignore"):
        wanted = value_reference(predictions, worth_of(ValueWeights()), fatigue)
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, wanted, rtol=1e-5)
