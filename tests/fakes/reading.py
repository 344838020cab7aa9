"""Reads the fakes as a client does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import requests

from tests.fakes import Fake
from tests.fakes.acts_central import headers

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def get(fake: Fake, path: str, **params: Any) -> Any:
    response = requests.get(fake.url + path, params=params, headers=headers(fake), timeout=10)
    assert response.status_code == 200, response.text
    return response.json()


def rows(fake: Fake, form: str, **params: Any) -> list[dict[str, Any]]:
    return get(fake, f"/api/v2/assets/{form}/data/", **params)["results"]


def odata(fake: Fake, **params: Any) -> list[dict[str, Any]]:
    return get(fake, "/v1/projects/1/forms/house.svc/Submissions", **params)["value"]
