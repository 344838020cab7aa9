"""The benchmark of the main job times functions by their names: they are there."""

from __future__ import annotations

from importlib import import_module

import pytest

from benchmarks.timers import STAGES

TIMED = [function for functions in STAGES.values() for function in functions]


@pytest.mark.parametrize(("module", "name"), TIMED, ids=lambda part: part.rsplit(".")[-1])
def test_stages__of_the_benchmark__name_functions_that_exist(module, name):
    assert callable(getattr(import_module(module), name))
