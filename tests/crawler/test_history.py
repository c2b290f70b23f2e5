"""A site whose articles are edited, taken away, put back and moved by a script: their history is exactly the script's."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from archive import open_archive
from archive.catalog import Catalog
from archive.model import Payload
from archive.times import VN
from crawler.derive import derive
from crawler.site_files import Registry
from tests.archive.facts import make_capture
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.chrome import chrome_of, fill
from tests.play.content import articles
from tests.play.pictures import picture
from tests.play.skeletons import template
from tests.play.truth import Figure, PlayedArticle

pytestmark = pytest.mark.xdist_group("history")
START = datetime(2027, 3, 1, 10, 0, tzinfo=VN)
OPTIONS = ("ha_tinh", "--full", "--json", *FAST, "-s", "REQUISITES_ENABLED=0")
ADDED = "Bổ sung: hội nghị lùi lại một ngày."
TITLE, CAPTION = "Tiêu đề đã sửa", "Chú thích đã sửa"


def with_caption(article: PlayedArticle) -> PlayedArticle:
    """Return the article with another caption below its last picture."""
    blocks = list(article.blocks)
    place = max(n for n, block in enumerate(blocks) if isinstance(block, Figure))
    image = replace(blocks[place].image, caption=CAPTION, printed=CAPTION, credit=None)
    blocks[place] = Figure(image)
    return replace(article, blocks=tuple(blocks))


def saved(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


class Script:
    """What happens on each of five days, and the archive after them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with play(seeds=False, oldest=25) as played:
            shown = [one for one in played.articles if one.layout == "ha_tinh"]
            self.all = [one.url for one in shown]
            pictured = [one for one in shown if len(one.images) == 1 and one.images[0].url in played.world._assets]
            recompressed, resized, another = pictured[:3]
            plain = [one for one in shown if one not in pictured and not one.attachments]
            titled, longer, removed, back_again, moved = plain[:5]
            captioned = next(one for one in plain[5:] if len(one.images) > 2 and one.images[-1].caption)
            documented = next(one for one in shown if one.attachments)
            self.moved_to = moved.url + "-dia-chi-moi"
            named = locals()
            self.urls = {
                name: named[name].url
                for name in (
                    "recompressed", "resized", "another", "titled", "longer", "removed", "back_again", "moved",
                    "captioned", "documented",
                )
            }  # fmt: skip

            def run(day: int) -> None:
                at = START + timedelta(days=day)
                done = khcn("crawl", *OPTIONS, data=data, resolve=played.resolve, at=at)
                assert done.returncode == 0, done.stderr

            run(0)
            for article, scale, quality in ((recompressed, 1, 55), (resized, 2, 80)):
                url = article.images[0].url
                old = Image.open(io.BytesIO(picture(url)))
                played.world.put(url, saved(old.resize((old.width // scale, old.height // scale)), quality))
            size = Image.open(io.BytesIO(picture(another.images[0].url))).size
            played.world.put(another.images[0].url, saved(Image.radial_gradient("L").resize(size), 80))
            played.world.put(documented.attachments[0].url, b"%PDF-1.4\nsua doi\n%%EOF")
            played.publish(replace(titled, title=TITLE))
            played.edit(longer.url, ADDED)
            played.publish(with_caption(captioned))
            played.publish(replace(back_again, title=TITLE))
            played.publish(replace(moved, url=self.moved_to))
            played.move(moved.url, self.moved_to, 301)
            played.remove(removed.url)
            run(1)
            played.publish(back_again)
            run(2)
            run(3)
            played.publish(removed)
            run(4)


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    return Script(tmp_path_factory.mktemp("history") / "data")


CHANGED = {
    "titled": [(), ("title",)],
    "longer": [(), ("text",)],
    "captioned": [(), ("captions",)],
    "documented": [(), ("attachments",)],
    "resized": [(), ("images",)],
    "another": [(), ("images",)],
    "recompressed": [()],
    "back_again": [(), ("title",), ("title",)],
    "removed": [()],
    "moved": [()],
}
EVENTS = {
    "removed": [("new", 0), ("gone", 3), ("back", 4)],
    "back_again": [("new", 0), ("changed", 1), ("changed", 2)],
    "moved": [("new", 0), ("moved", 1)],
    "recompressed": [("new", 0)],
}


def test_versions_are_exactly_those_of_the_script(script):
    with open_archive(script.data) as archive:
        told = {name: archive.history(url) for name, url in script.urls.items()}
        others = [archive.history(url) for url in set(script.all) - set(script.urls.values())]

    assert {name: [each.changed for each in history.versions] for name, history in told.items()} == CHANGED
    assert [each.like for each in told["back_again"].versions] == [None, None, 1]
    assert {len(history.versions) for history in others} == {1}
    assert {name: [((e.event), (e.date - START).days) for e in told[name].events] for name in EVENTS} == EVENTS
    assert all(history.checked - history.first_seen > timedelta(days=3.9) for history in told.values())


def test_a_move_names_both_addresses(script):
    with open_archive(script.data) as archive:
        history = archive.history(script.urls["moved"])

    assert (history.events[1].from_, history.events[1].to) == (script.urls["moved"], script.moved_to)
    assert (history.url, history.aliases) == (script.moved_to, (script.urls["moved"],))


def test_what_was_taken_away_is_in_the_ledger(script):
    done = khcn("history", "--removed", "--site", "ha_tinh", "--json", data=script.data)

    (line,) = done.stdout.splitlines()
    removed = json.loads(line)
    days = [(datetime.fromisoformat(removed[name]) - START).days for name in ("gone", "confirmed", "back")]
    assert (removed["url"], days) == (script.urls["removed"], [1, 3, 4])


def test_the_command_shows_the_history_and_the_difference(script):
    shown = khcn("history", script.urls["back_again"], data=script.data)
    as_json = khcn("history", script.urls["back_again"], "--json", data=script.data)
    differs = khcn("diff", script.urls["longer"], data=script.data)
    by_date = khcn("diff", script.urls["back_again"], "2027-03-01", "2027-03-02", "--json", data=script.data)
    page = khcn("diff", script.urls["titled"], "1", "2", "--html", data=script.data)

    assert "(as version 1)" in shown.stdout
    assert "\x1b" not in shown.stdout + differs.stdout
    assert [each["n"] for each in json.loads(as_json.stdout)["versions"]] == [1, 2, 3]
    assert f"{{+\n\n{ADDED}+}}" in differs.stdout
    assert json.loads(by_date.stdout)["fields"]["title"]["b"] == TITLE
    assert "<ins>" in page.stdout
    assert page.stdout.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("history", "{longer}-x"), 2, "did you mean {longer}?"),
        (("history", "https://khong-co.vn/a"), 2, "nothing was captured at this address"),
        (("history", "http://skhcn.hatinh.gov.vn/"), 2, "captured, but not as an article"),
        (("history",), 2, "give the URL of an article, or --removed"),
        (("history", "--removed", "--site", "khong_co"), 2, "held are: ha_tinh"),
        (("diff", "{recompressed}"), 2, "one version is held, there is nothing to compare it with"),
        (("diff", "{longer}", "1", "7"), 2, "no version 7; versions 1 to 2 are held"),
        (("diff", "{longer}", "2020-01-01"), 2, "no version of 2020-01-01 is held; it was seen first on 2027-03-01"),
        (("diff", "{longer}", "hôm qua"), 2, '"hôm qua" is no date'),
    ],
)
def test_bad_input_is_a_sentence(script, arguments, code, sentence):
    done = khcn(*(each.format(**script.urls) for each in arguments), data=script.data)

    assert done.returncode == code
    assert sentence.format(**script.urls) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rebuild_tells_the_same(script, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(script.data, data)
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        live = list(catalog.dump())

    done = khcn("rebuild", data=data)

    assert done.returncode == 0, done.stderr
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        assert list(catalog.dump()) == live


def test_thirty_fetches_of_an_unchanged_article_give_one_version():
    article = next(one for one in articles() if one.layout == "ha_tinh" and one.images)
    html = template(article, chrome_of(article, [article]))
    site = Registry(Path("spiders/sites")).get("ha_tinh")
    with Catalog.open("sqlite://") as catalog:
        pages = []
        for number in range(30):
            # The same article through another list, with a mark of origin, on another day and by its other name.
            url = article.url + ("?utm_source=zalo" if number % 3 == 1 else "")
            capture = make_capture(number, url, date=START + timedelta(days=number), via=f"{article.url}?{number}")
            body = fill(html, 1000 * number).encode()
            pages.append(body)
            found = derive(site, capture, Payload(200, (("Content-Type", "text/html"),), body))
            catalog.add_captures([capture])
            catalog.add_article(found)

        assert len(set(pages)) == 30
        assert catalog.counts() | {"articles": 1, "versions": 1} == catalog.counts()
        assert len(catalog.observations(article.url)) == 30
