"""Nine ways to damage a WARC file, in three forms: each is found, and the undamaged give nothing."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archive.exchanges import ODD
from tests.archive.verify_samples import (
    Sample,
    check,
    edited,
    kind,
    make_plain,
    make_root,
    make_wacz,
    members,
    packed,
    read_wacz,
    records,
    with_manifest,
    without_digests,
    write_wacz,
)

Change = Callable[[bytes], bytes]


def split(data: bytes) -> list[bytes]:
    """Return the records of a file as they lie in it, gzipped or plain."""
    if data.startswith(b"\x1f\x8b"):
        return members(data)
    return [part for part in re.split(rb"(?=WARC/1\.1\r\nWARC-Type)", data) if part]


def record_change(change: Change) -> Change:
    """Return a change of the home page's record, whatever form it lies in."""

    def apply(data: bytes) -> bytes:
        parts = split(data)
        if data.startswith(b"\x1f\x8b"):
            parts[1] = packed(change(records(data)[1]))
        else:
            parts[1] = change(parts[1])
        return b"".join(parts)

    return apply


def flip(data: bytes) -> bytes:
    at = len(split(data)[0]) + len(split(data)[1]) // 2
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def drop(data: bytes) -> bytes:
    parts = split(data)
    return b"".join(parts[:4] + parts[5:])


def join_two(data: bytes) -> bytes:
    """Put two records into one member; of a plain file: under one head, with the length of both."""
    parts = split(data)
    if data.startswith(b"\x1f\x8b"):
        two = records(data)
        return b"".join([*parts[:1], packed(two[1] + two[2]), *parts[3:]])
    size = len(parts[1].partition(b"\r\n\r\n")[2]) + len(parts[2]) - 4
    parts[1] = re.sub(rb"(?<=Content-Length: )\d+(?=\r\n\r\n)", b"%d" % size, parts[1], count=1)
    return b"".join(parts)


def edit(record: bytes) -> bytes:
    return edited(record, "hội nghị".encode(), "hội thảo".encode())


MUTATIONS: dict[str, Change] = {
    "cut tail": lambda data: data[:-100],
    "cut in the middle": lambda data: data[: len(data) // 3] + data[len(data) // 3 + 200 :],
    "flipped byte": flip,
    "dropped record": drop,
    "edited body": record_change(edit),
    "edited body, digests dropped": record_change(lambda record: without_digests(edit(record))),
    "two records in one member": join_two,
    "junk after the end": lambda data: data + b"junk",
    "duplicated record": lambda data: data + split(data)[-3],
}


@pytest.fixture(scope="module", params=[".warc.gz", ".warc"])
def form(request, tmp_path_factory) -> Sample:
    sample = make_root(tmp_path_factory.mktemp("form") / "data")
    return sample if request.param == ".warc.gz" else make_plain(sample)


def broken_root(form: Sample, tmp_path: Path, change: Change) -> Path:
    root = tmp_path / "data"
    shutil.copytree(form.root, root)
    path = root / form.warc
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before
    return root


def test_what_is_not_damaged_gives_nothing(form, tmp_path):
    wacz = make_wacz(form.path, tmp_path / "x.wacz", form.index.read_bytes())

    assert check(form.root) == []
    assert check(tmp_path, form.path) == []
    assert check(form.root, form.path) == []
    assert check(tmp_path, wacz) == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found_in_a_data_root(form, name, tmp_path):
    root = broken_root(form, tmp_path, MUTATIONS[name])

    found = [one for one in check(root) if one.file == form.warc or form.warc in one.detail]

    assert found


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_of_a_file_of_ours_is_found_without_index_and_catalog(form, name, tmp_path):
    path = tmp_path / form.path.name
    path.write_bytes(MUTATIONS[name](form.path.read_bytes()))

    found = check(tmp_path / "no-root", path)

    assert found
    assert all(one.file == str(path) and one.detail and one.remedy for one in found)


@pytest.mark.parametrize("manifest", ["old", "made again"])
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found_in_a_wacz_also_when_its_manifest_was_made_to_fit(form, name, manifest, tmp_path):
    wacz = make_wacz(form.path, tmp_path / "x.wacz", form.index.read_bytes())
    content = read_wacz(wacz)
    warc = f"archive/{form.path.name}"
    content[warc] = MUTATIONS[name](content[warc])
    write_wacz(wacz, content if manifest == "old" else with_manifest(content))

    found = check(tmp_path, wacz)

    assert found
    assert any(one.rule == "wacz-resource" for one in found) == (manifest == "old")


@pytest.mark.parametrize("cut", ["behind the last byte", "before the first byte", "in the ZIP's directory"])
def test_a_damaged_zip_is_found(form, cut, tmp_path):
    wacz = make_wacz(form.path, tmp_path / "x.wacz", form.index.read_bytes())
    data = wacz.read_bytes()
    wacz.write_bytes({"be": data + b"junk", "in": data[:-30]}.get(cut[:2], b"") if cut[:3] != "bef" else b"junk" + data)

    assert {one.rule for one in check(tmp_path, wacz)} & {"wacz-junk", "wacz-zip"}


def test_each_record_that_is_dropped_is_found_alone_and_in_the_root(form, tmp_path):
    parts = split(form.path.read_bytes())
    unseen = []
    for number in range(len(parts)):
        rest = b"".join(parts[:number] + parts[number + 1 :])
        path = tmp_path / form.path.name
        path.write_bytes(rest)
        if not check(tmp_path, path):
            unseen.append((number, "alone"))

    assert unseen == []


def test_an_exchange_that_is_dropped_is_found_in_the_root(form, tmp_path):
    for number in range(1, len(split(form.path.read_bytes())), 3):
        root = broken_root(form, tmp_path / str(number), lambda data: _without(data, number, number + 3))  # noqa: B023

        assert [one for one in check(root) if one.rule in ("cdxj-extra", "cdxj-differs")]


def _without(data: bytes, first: int, last: int) -> bytes:
    parts = split(data)
    return b"".join(parts[:first] + parts[last:])


def test_a_cut_anywhere_is_found(form, tmp_path):
    data = form.path.read_bytes()
    path = tmp_path / form.path.name
    dice = random.Random(3)
    places = [dice.randrange(1, len(data)) for _ in range(150)]
    ends = [sum(map(len, split(data)[:number])) for number in range(1, len(split(data)))]

    unseen = []
    for place in [*places, *ends]:
        path.write_bytes(data[:place])
        if not check(tmp_path, path):
            unseen.append(place)

    # Between two exchanges of ours nothing in the file itself tells; the index does.
    assert unseen == [end for number, end in enumerate(ends) if number % 3 == 0]


def test_a_changed_byte_is_found_wherever_it_is_in_a_gzipped_file_of_ours(tmp_path):
    sample = make_root(tmp_path / "data")
    data = sample.path.read_bytes()
    path = tmp_path / sample.path.name
    dice = random.Random(7)
    places = [(dice.randrange(len(data)), dice.randrange(1, 256)) for _ in range(300)]

    assert [place for place in places if not _is_found(path, data, *place)] == []


def test_a_changed_bit_is_found_in_every_gzip_header_trailer_and_around_them(tmp_path):
    sample = make_root(tmp_path / "data")
    data = sample.path.read_bytes()
    path = tmp_path / sample.path.name
    unseen = []
    at = 0
    for number, member in enumerate(members(data)):
        # One exchange deflated and one stored.
        wanted = number in (1, 3, 10)
        for place in [*range(at, at + 16), *range(at + len(member) - 12, at + len(member))]:
            unseen += [(place, bit) for bit in range(8) if wanted and not _is_found(path, data, place, 1 << bit)]
        at += len(member)

    assert unseen == []


def _is_found(path: Path, data: bytes, place: int, mask: int) -> bool:
    path.write_bytes(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])
    return bool(check(path.parent, path))


def test_odd_answers_of_real_servers_are_no_findings(tmp_path):
    bodies = {f"/{number}": body for number, body in enumerate(ODD.values())}
    sample = make_root(tmp_path / "data", bodies)

    assert [str(one) for one in check(sample.root)] == []
    assert {kind(record) for record in records(sample.path.read_bytes())} == {
        b"warcinfo", b"response", b"resource", b"request", b"metadata",
    }  # fmt: skip
