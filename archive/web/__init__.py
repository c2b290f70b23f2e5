"""The archive as web pages and as an HTTP API: :func:`archive.web.app.create_app`."""
