"""What the browser's tests share: a place for static files that is there before the live server starts."""

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def _static_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
