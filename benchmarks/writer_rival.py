"""Write exchanges from a file by warcio, as its documentation shows it; run by :mod:`benchmarks.writer`."""

from __future__ import annotations

import io
import pickle
import sys
from pathlib import Path

from warcio.statusandheaders import StatusAndHeadersParser
from warcio.warcwriter import WARCWriter


def main(exchanges: Path, warc: Path) -> None:
    """Write them."""
    requests, answers = StatusAndHeadersParser(["GET"]), StatusAndHeadersParser(["HTTP/1.1"])
    with exchanges.open("rb") as source, warc.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        while source.peek(1):
            url, request, response = pickle.load(source)  # noqa: S301 (our own)
            block = io.BytesIO(response)
            head = answers.parse(block)
            answer = writer.create_warc_record(url, "response", payload=block, http_headers=head)
            asked = writer.create_warc_record(url, "request", http_headers=requests.parse(io.BytesIO(request)))
            writer.write_request_response_pair(asked, answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
