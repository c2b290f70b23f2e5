"""The page on families names every one, and no other."""

from crawler.registry import page_classes
from tests.docs.pages import code_names, first_cells, read


def test_every_family_is_documented_and_no_other():
    known = {name for name, reader in page_classes().items() if reader.has_fingerprint()}

    assert code_names(first_cells(read("docs/families.md"))) - {"page"} == known | {"generic"}
