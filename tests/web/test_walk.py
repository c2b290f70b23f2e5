"""A person's way through the archive, in a browser: home, search, article, what changed, the page as it was."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.browser import CHROMIUM, Browser, browser
from tests.web.made import RICE, Made
from tests.web.test_serve import replaying, serving


def follow(tab: Browser, words: str) -> None:
    """Follow the first link with these words."""
    target = tab.evaluate(
        f"[...document.querySelectorAll('main a')].find(each => each.textContent.includes({words!r})).href"
    )
    tab.open(target)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.skipif(find_spec("pywb") is None, reason="pywb is not installed")
def test_from_home_to_the_page_as_it_was(web: Made) -> None:
    with (
        replaying(web.root) as replay,
        serving(web.root, "--replay", replay, "--rate", "0") as (_, address),
        browser() as tab,
    ):
        tab.open(address)
        assert "Kho lưu trữ tin" in tab.evaluate("document.title")
        tab.open(address + tab.evaluate(
            "(() => { const form = document.querySelector('form'); form.q.value = 'giong lua chiu man';"
            " return form.getAttribute('action').slice(1) + '?' + new URLSearchParams(new FormData(form)); })()"
        ))  # fmt: skip
        assert tab.evaluate("document.querySelectorAll('.title mark').length") > 0
        follow(tab, "Nghiệm thu giống lúa chịu mặn")
        assert tab.evaluate("document.querySelector('h1').innerText") == "Nghiệm thu giống lúa chịu mặn"
        # It is fetched when it comes into view.
        shown = "const it = document.querySelector('figure img'); it.loading = 'eager'; await it.decode();"
        assert tab.evaluate(f"(async () => {{ {shown} return it.naturalWidth; }})()") == 960
        article = tab.evaluate("location.href")
        follow(tab, "so với bản trước")
        assert tab.evaluate("document.querySelector('.diff ins').innerText").strip() == "chịu mặn"
        tab.open(article)
        follow(tab, "Xem trang như khi ấy")

        assert tab.evaluate("location.href").startswith(replay)
        assert RICE in tab.evaluate("location.href")
        seen = tab.evaluate(
            "document.body.innerText + [...document.querySelectorAll('iframe')]"
            ".map(each => each.contentDocument ? each.contentDocument.body.innerText : '').join()"
        )
        assert "Nghiệm thu giống lúa chịu mặn" in seen
