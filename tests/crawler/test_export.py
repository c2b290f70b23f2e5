"""``khcn export`` as people call it."""

from __future__ import annotations

import json

import pytest

from archive.errors import ConfigError
from archive.wacz.read import open_wacz
from archive.warc.reader import list_warcs
from crawler.cli.common import site_name
from tests.archive.wacz_site import ARTICLES, make_archive
from tests.khcn import khcn


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("data"), odd=False)


def test_everything_goes_into_one_file(data, tmp_path):
    path = tmp_path / "all.wacz"
    done = khcn("export", "--format", "wacz", "-o", str(path), "--json", data=data)

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told == {
        "path": str(path),
        "files": [str(path)],
        "bytes": path.stat().st_size,
        "warcs": 3,
        "captures": 3 * (1 + 2 * ARTICLES),
        "pages": 2 * (1 + ARTICLES),
    }
    with open_wacz(path) as wacz:
        assert wacz.package["title"] == "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh + 1"
        assert "`hau_giang`" in wacz.package["description"]


def test_a_span_of_one_site_in_several_signed_files(data, tmp_path):
    options = ("--site", "ha_tinh", "--since", "2024-06-01", "--max-bytes", "1kB", "--sign", str(tmp_path / "k.pem"))
    done = khcn("export", "--format", "wacz", "-o", str(tmp_path / "ha.wacz"), *options, data=data)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{tmp_path}/ha: ")
    assert "in 2 files: 2 warcs" in done.stdout
    assert sorted(path.name for path in (tmp_path / "ha").iterdir()) == ["datapackage.json", "ha-1.wacz", "ha-2.wacz"]
    with open_wacz(tmp_path / "ha/ha-2.wacz") as wacz:
        assert "signedData" in wacz.json("datapackage-digest.json")


def test_nothing_is_exported_while_a_file_is_open(tmp_path):
    root = make_archive(tmp_path / "data", odd=False)
    warc = next((root / "warcs").rglob("*.warc.gz"))
    warc.rename(warc.with_name(f"{warc.name}.open"))

    done = khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"), data=root)

    assert done.returncode == 7
    assert "is being written, or was left by a killed run" in done.stderr
    assert not (tmp_path / "a.wacz").exists()


@pytest.mark.parametrize("options", [(), ("--since", "2024-06-01"), ("--max-bytes", "1kB")], ids=str)
def test_what_is_exported_is_verified(data, tmp_path, options):
    khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"), *options, data=data)
    checked = khcn("verify", *(str(path) for path in sorted(tmp_path.rglob("*.wacz"))), data=data)

    assert (checked.returncode, checked.stdout) == (0, "")
    assert "0 findings" in checked.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "pdf"), 'there is no format "pdf"; there is: jsonl, csv, parquet, text, atom, wacz'),
        (("--versions", "all"), "--versions does not go with wacz, but with jsonl, csv, parquet, text"),
        (("--site", "lam_dong"), 'nothing of "lam_dong" is held; held are: ha_tinh, hau_giang'),
        (("--since", "2030-01-01"), "nothing of ha_tinh, hau_giang is held in that span"),
        (("--since", "hôm qua"), "is no date; write it as 2025-06-11"),
        (("--until", "2025-06-11T10:16:00"), "has no time zone"),
        (("--max-bytes", "0"), "is no size; write it as 500MB"),
        (("--max-bytes", "9XB"), "is no size"),
        (("-o", "a.zip"), "must end with .wacz"),
        (("-o", "there.wacz"), "there.wacz: exists; name another file, or replace it with --force"),
    ],
)
def test_what_can_not_be_done_is_told(data, tmp_path, options, told):
    (tmp_path / "there.wacz").write_bytes(b"mine")
    done = khcn("export", "--format", "wacz", "-o", "a.wacz", *options, data=data, cwd=tmp_path)

    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["there.wacz"]


def test_an_archive_without_a_catalog_or_with_a_broken_one(tmp_path):
    (tmp_path / "catalog.sqlite3").write_bytes(b"junk")
    none = khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"), data=tmp_path / "none")
    broken = khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"), data=tmp_path)

    assert (none.returncode, broken.returncode) == (4, 4)
    assert "there is no catalog; `khcn crawl` or `khcn rebuild` makes one" in none.stderr
    assert "khcn rebuild" in broken.stderr
    assert not (tmp_path / "a.wacz").exists()


def test_a_torn_file_ends_with_the_code_for_damage(tmp_path):
    data = make_archive(tmp_path / "data", odd=False)
    path = data / list_warcs(data, "ha_tinh")[0]
    path.write_bytes(path.read_bytes()[:-9])
    done = khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"), data=data)

    assert done.returncode == 9
    assert "run `khcn verify`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.wacz").exists()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b'name = "S\xe1\xbb\x9f A"\nlayouts = [{page = "nothing such"}]\n', "Sở A"),
        (None, "lam_dong"),
    ],
)
def test_of_a_site_file_only_the_name_is_needed(tmp_path, monkeypatch, text, wanted):
    monkeypatch.setattr("settings.SITES_DIR", str(tmp_path))
    if text is not None:
        (tmp_path / "lam_dong.toml").write_bytes(text)

    assert site_name("lam_dong") == wanted


@pytest.mark.parametrize("text", [b"name = ", b"name = 3\n", b'id = "lam_dong"\n', b'name = "\xff"\n'])
def test_a_site_file_without_a_name_is_told(tmp_path, monkeypatch, text):
    monkeypatch.setattr("settings.SITES_DIR", str(tmp_path))
    (tmp_path / "lam_dong.toml").write_bytes(text)

    with pytest.raises(ConfigError, match=r"lam_dong\.toml: "):
        site_name("lam_dong")
