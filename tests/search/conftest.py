"""Shared contracts say what differs when they fail, as tests do."""

import pytest

pytest.register_assert_rewrite("tests.search.contract", "tests.search.folder_contract")
