"""WACZ: WARC files, their index, a list of pages and a manifest in one ZIP.

Source: https://specs.webrecorder.net/wacz/1.1.1/
"""
