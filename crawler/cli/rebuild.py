"""``khcn rebuild``: everything but the WARCs, again."""
