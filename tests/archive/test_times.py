from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.timeutils import iso_date_to_timestamp

from archive.times import UTC, VN, now, parse_timestamp14, parse_warc_date, timestamp14, to_millis, warc_date

moments = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9998, 12, 30), timezones=st.just(VN))


@given(moments)
def test_a_date_survives_the_record_to_the_millisecond(moment):
    assert parse_warc_date(warc_date(moment)) == to_millis(moment)


@given(moments)
def test_warcio_reads_the_same_second(moment):
    assert iso_date_to_timestamp(warc_date(moment)) == timestamp14(moment)
    assert parse_timestamp14(timestamp14(moment)) == moment.astimezone(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016", datetime(2016, 1, 1, tzinfo=UTC)),
        ("2016-11-03", datetime(2016, 11, 3, tzinfo=UTC)),
        ("2016-11-03T04:05Z", datetime(2016, 11, 3, 4, 5, tzinfo=UTC)),
        ("2016-11-03T04:05:06Z", datetime(2016, 11, 3, 4, 5, 6, tzinfo=UTC)),
        ("2016-11-03T04:05:06.1Z", datetime(2016, 11, 3, 4, 5, 6, 100000, tzinfo=UTC)),
        ("2016-11-03T04:05:06.123456789Z", datetime(2016, 11, 3, 4, 5, 6, 123456, tzinfo=UTC)),
    ],
)
def test_every_precision_that_warc_allows_is_read(text, expected):
    assert parse_warc_date(text) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2016-13-01", "20160101", "2016-01-01T25:00:00Z", "２０１６"])
def test_what_is_no_date_is_an_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse_warc_date(text)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        warc_date(datetime(2024, 1, 1))


def test_now_is_utc_in_milliseconds():
    assert now().tzinfo == UTC
    assert now().microsecond % 1000 == 0


@pytest.mark.parametrize("text", ["2024", "20240506070809123", "2024050607080x", "20241306070809"])
def test_other_timestamps_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp14(text)
