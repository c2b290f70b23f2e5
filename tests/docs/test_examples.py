"""The worked examples do what the pages say."""

import pytest

from tests.docs.examples import PAGES, filled
from tests.docs.pages import read


@pytest.mark.parametrize("page", PAGES)
def test_a_worked_example_prints_what_the_page_shows(page, tmp_path):
    assert filled(page, tmp_path) == read(f"docs/{page}"), "read what changed, then: python -m tests.docs.examples"
