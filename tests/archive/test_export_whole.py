"""An export is whole or not there, goes on where it was interrupted, and is equal to the byte for an equal archive."""

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import io
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import ArchiveError, DiskFull
from archive.export import manifest
from archive.export.atom import About, AtomFeed
from archive.export.csv import Csv
from archive.export.form import Part
from archive.export.job import export_file, export_folder
from archive.export.jsonl import JsonLines
from archive.export.source import Wanted
from archive.export.text import TextTree
from archive.wacz.select import ExportBusy, ExportRefused
from tests.archive.export_site import EVERY, LATEST, TOLD, make_catalog, opened


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return make_catalog(tmp_path_factory.mktemp("data") / "catalog.sqlite3")


def folder_forms():
    yield TextTree()
    try:
        from archive.export.parquet import Parquet
    except ModuleNotFoundError:
        return
    yield Parquet()


FOLDER_FORMS = pytest.mark.parametrize("form", list(folder_forms()), ids=lambda form: form.name)


FEED = AtomFeed(About("x", "Tin", "khcn", "", "khcn/0"))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def export(catalog, form, path, wanted=LATEST, **options):
    with opened(catalog, wanted) as source:
        return export_folder(source, form, path, TOLD, **options)


class Interrupting:
    """A form that is interrupted, or fails, in the middle of a part."""

    def __init__(self, form, error, part=3):
        self.form, self.error, self.left, self.name = form, error, part, form.name

    def __getattr__(self, name):
        return getattr(self.form, name)

    def write_part(self, part, records, folder):
        self.left -= 1
        for number, written in enumerate(self.form.write_part(part, records, folder)):
            yield written
            if not self.left and number == 1:
                raise self.error


@FOLDER_FORMS
def test_an_interrupted_export_is_gone_on_with_and_ends_like_one_that_was_not(catalog, tmp_path, form):
    whole = export(catalog, form, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        export(catalog, Interrupting(form, KeyboardInterrupt()), tmp_path / "resumed")
    left = tree(tmp_path / "resumed.tmp")
    assert not (tmp_path / "resumed").exists()
    resumed = export(catalog, form, tmp_path / "resumed")

    assert resumed.kept > 0
    assert (resumed.files, resumed.size, resumed.records) == (whole.files, whole.size, whole.records)
    assert tree(tmp_path / "resumed") == tree(tmp_path / "whole")
    assert set(left) - set(tree(tmp_path / "whole")) > {".export/request.json"}
    assert not (tmp_path / "resumed.tmp").exists()


@pytest.mark.parametrize("change", ["other span", "archive", "damaged part"])
def test_what_an_interrupted_export_left_is_kept_only_while_it_is_true(tmp_path, change):
    catalog, wanted = make_catalog(tmp_path / "catalog.sqlite3"), LATEST
    with pytest.raises(KeyboardInterrupt):
        export(catalog, Interrupting(TextTree(), KeyboardInterrupt()), tmp_path / "text")
    if change == "other span":
        wanted = EVERY
    elif change == "archive":
        from archive.catalog import Catalog
        from tests.archive.facts import keep, make_article, make_capture

        capture = make_capture(700, "https://skhcn.hatinh.gov.vn/tin/0")
        with Catalog.open(catalog) as writer:
            keep(writer, [make_article(capture, title="Sửa")], [capture])
    else:
        next((tmp_path / "text.tmp").rglob("*.md")).write_bytes(b"")
    exported = export(catalog, TextTree(), tmp_path / "text", wanted)
    export(catalog, TextTree(), tmp_path / "fresh", wanted)

    assert tree(tmp_path / "text") == tree(tmp_path / "fresh")
    assert bool(exported.kept) == (change == "damaged part")


@FOLDER_FORMS
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), PermissionError(errno.EACCES, "no")]
)
def test_an_export_that_fails_leaves_nothing(catalog, tmp_path, form, error):
    with pytest.raises(DiskFull if error.errno == errno.ENOSPC else ArchiveError):
        export(catalog, Interrupting(form, error), tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_what_another_run_has_just_written_is_not_replaced(catalog, tmp_path, monkeypatch):
    def other_run(folder):
        (folder / "a.csv").write_text("của người khác")

    monkeypatch.setattr(manifest, "check_folder", other_run)
    with pytest.raises(ExportRefused, match="exists"), opened(catalog) as source:
        export_file(source, Csv(), tmp_path / "a.csv", TOLD)
    assert tree(tmp_path) == {"a.csv": "của người khác".encode()}


@FOLDER_FORMS
def test_a_folder_is_replaced_only_on_request_and_only_if_it_is_an_export(catalog, tmp_path, form):
    export(catalog, form, tmp_path / "out", Wanted(("ha_tinh",)))
    with pytest.raises(ExportRefused, match="out: exists; name another folder, or replace it with --force"):
        export(catalog, form, tmp_path / "out")
    export(catalog, form, tmp_path / "out", replace=True)
    export(catalog, form, tmp_path / "fresh")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("thư")

    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "mine", "out"]
    with pytest.raises(ExportRefused, match="mine: is no export of this program, so it is not replaced"):
        export(catalog, form, tmp_path / "mine", replace=True)
    assert tree(tmp_path / "mine") == {"letter.txt": "thư".encode()}


def test_without_an_article_nothing_is_written(catalog, tmp_path):
    from datetime import date

    wanted = replace(LATEST, since=date(2050, 1, 1), until=date(2051, 1, 1))
    with opened(catalog, wanted) as source:
        for path, write, form in (("a.jsonl", export_file, JsonLines()), ("text", export_folder, TextTree())):
            with pytest.raises(ExportRefused, match="no article of ha_tinh, hau_giang is held in that span"):
                write(source, form, tmp_path / path, TOLD)

    assert list(tmp_path.iterdir()) == []


def test_one_run_at_a_time_writes_an_export(catalog, tmp_path):
    with held(tmp_path / "a.jsonl.tmp"), opened(catalog) as source, pytest.raises(ExportBusy, match="another run"):
        export_file(source, JsonLines(), tmp_path / "a.jsonl", TOLD)
    (tmp_path / "text.tmp").mkdir()
    with held(tmp_path / "text.tmp"), pytest.raises(ExportBusy, match="text: another run is writing it"):
        export(catalog, TextTree(), tmp_path / "text")

    assert (tmp_path / "a.jsonl.tmp").read_bytes() == b"theirs"


@contextmanager
def held(path):
    if not path.is_dir():
        path.write_bytes(b"theirs")
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


def test_files_of_several_exports_share_a_manifest_and_are_equal_to_the_byte(catalog, tmp_path):
    for folder in (tmp_path / "one", tmp_path / "two"):
        with opened(catalog) as source:
            export_file(source, JsonLines(), folder / "a.jsonl", TOLD)
            export_file(source, Csv(), folder / "a.csv", TOLD)
            export_file(source, JsonLines(), folder / "a.jsonl.gz", TOLD, zipped=True)
            export_file(source, Csv(), folder / "a.csv", TOLD, replace=True)
    one = tree(tmp_path / "one")

    assert one == tree(tmp_path / "two")
    assert gzip.decompress(one["a.jsonl.gz"]) == one["a.jsonl"]
    resources = json.loads(one["datapackage.json"])["resources"]
    assert [entry["path"] for entry in resources] == ["a.csv", "a.jsonl", "a.jsonl.gz"]


@FOLDER_FORMS
def test_the_manifest_lists_every_file_with_its_size_and_digest(catalog, tmp_path, form):
    export(catalog, form, tmp_path / "out")
    files = tree(tmp_path / "out")
    package = json.loads(files.pop("datapackage.json"))
    listed = {entry["path"]: entry for entry in package["resources"]}

    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["sources"] == [{"title": "Hà Tĩnh", "path": "https://skhcn.hatinh.gov.vn"}, {"title": "Hậu Giang"}]
    assert "licenses" not in package
    assert set(listed) == {path for path in files if not path.startswith("schemas/")}
    assert len({entry["name"] for entry in listed.values()}) == len(listed)
    for path, entry in listed.items():
        assert entry["bytes"] == len(files[path])
        assert entry["hash"] == f"sha256:{hashlib.sha256(files[path]).hexdigest()}"
        if "schema" in entry:
            schema = json.loads(files[entry["schema"]])
            assert all(field["description"] for field in schema["fields"])


def test_frictionless_finds_nothing_wrong_with_a_table(catalog, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    with opened(catalog, EVERY) as source:
        export_file(source, Csv(), tmp_path / "a.csv", TOLD)
    export(catalog, TextTree(), tmp_path / "text")
    reports = [frictionless.validate(str(path)) for path in sorted(tmp_path.rglob("datapackage.json"))]

    assert [report.flatten(["title", "message"]) for report in reports] == [[], []]
    assert reports[0].tasks[0].type == "table"


def test_frictionless_finds_nothing_wrong_with_parquet_but_what_it_can_not_read(catalog, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    parquet = pytest.importorskip("archive.export.parquet", reason="needs the extra parquet").Parquet()
    export(catalog, parquet, tmp_path / "out", EVERY)
    package = frictionless.Package(str(tmp_path / "out/datapackage.json"))

    # It counts no bytes of Parquet, and takes a list for what is none, for pandas gives it arrays of NumPy.
    report = package.validate(frictionless.Checklist(skip_errors=["byte-count", "type-error"]))

    assert report.flatten(["title", "message"]) == []
    assert report.stats["tasks"] == len(package.resources) > 2


@pytest.mark.parametrize("form", ["parquet", "atom", "csv", "text"])
def test_what_is_no_record_is_written_in_no_form(catalog, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("archive.export.parquet", reason="needs the extra parquet")
    with opened(catalog) as source:
        broken = replace(next(source.records()), state="lost")
    made = {each.name: each for each in (*folder_forms(), Csv(), FEED)}[form]

    def write():
        if form in ("parquet", "text"):
            return list(made.write_part(Part(broken.site, 2024), [broken], tmp_path))
        return made.write([broken], io.BytesIO())

    with pytest.raises(ArchiveError, match=r"is no record .*run `khcn rebuild"):
        write()


def test_a_manifest_of_another_program_is_left_alone(catalog, tmp_path):
    (tmp_path / "datapackage.json").write_text('{"resources": []}')
    with opened(catalog) as source, pytest.raises(ExportRefused, match="is another program's; export into a folder"):
        export_file(source, JsonLines(), tmp_path / "a.jsonl", TOLD)

    assert [path.name for path in tmp_path.iterdir()] == ["datapackage.json"]
