"""Crawling addresses that no site file declares."""

from pathlib import Path

import pytest

from archive.errors import ConfigError
from crawler.seeds import jobs_from_seeds
from crawler.site_files import Registry

REGISTRY = Registry(Path(__file__).parents[2] / "spiders" / "sites")


def test_a_seed_on_a_declared_host_belongs_to_that_site(tmp_path):
    file = tmp_path / "seeds.txt"
    file.write_text(
        "# two Departments and a stranger\n"
        "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/iso-90012015\n"
        "\n"
        "http://127.0.0.1:8080/a\n"
        "http://127.0.0.1:8080/b\n"
        "http://127.0.0.1:8081/\n"
    )

    jobs = {job.site.id: job for job in jobs_from_seeds(file, REGISTRY)}

    assert list(jobs) == ["ha_tinh", "host__127_0_0_1_8080", "host__127_0_0_1_8081"]
    assert jobs["ha_tinh"].site.layouts
    assert [seed.url for seed in jobs["host__127_0_0_1_8080"].seeds] == [
        "http://127.0.0.1:8080/a",
        "http://127.0.0.1:8080/b",
    ]


def test_a_stranger_may_be_asked_on_its_own_host_and_port_only(tmp_path):
    file = tmp_path / "seeds.txt"
    file.write_text("http://127.0.0.1:8080/a\n")

    site = jobs_from_seeds(file, REGISTRY)[0].site

    assert site.allows("http://127.0.0.1:8080/anything?x=1")
    assert not site.allows("http://127.0.0.1:8081/")
    assert not site.allows("http://localhost:8080/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://a.vn/\nfile:///etc/passwd\n", "line 2: 'file:///etc/passwd' is no http or https address"),
        ("not an address\n", "line 1: 'not an address'"),
        ("http://a.vn:99999/\n", "line 1: 'http://a.vn:99999/'"),
        ("http://quan:m4tkhau@a.vn/x\n", "line 1: 'http://a.vn/x': user and password would be in the archive"),
        ("http://[::1/\n", "line 1: 'http://[::1/'"),
        ("# nothing\n", "no address in it"),
    ],
)
def test_a_bad_line_is_named(tmp_path, text, said):
    file = tmp_path / "seeds.txt"
    file.write_text(text)

    with pytest.raises(ConfigError) as error:
        jobs_from_seeds(file, REGISTRY)

    assert str(file) in str(error.value)
    assert said in str(error.value)


def test_two_hosts_that_would_be_one_site_are_named(tmp_path):
    file = tmp_path / "seeds.txt"
    file.write_text("http://tin-a.example.vn/\nhttp://tin-a.example.vn/b\nhttp://tin.a.example.vn/\n")

    with pytest.raises(
        ConfigError, match=r"line 3: tin\.a\.example\.vn and tin-a\.example\.vn would both be kept as host__"
    ):
        jobs_from_seeds(file, REGISTRY)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="can not be read"):
        jobs_from_seeds(tmp_path / "none.txt", REGISTRY)
