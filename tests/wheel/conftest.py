from __future__ import annotations

from pathlib import Path

import pytest

from tests.wheel.installed_wheel import Elsewhere, build_wheel, elsewhere


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def there(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return elsewhere(wheel, tmp_path_factory.mktemp("elsewhere"))
