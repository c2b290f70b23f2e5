"""How the sites of an archive fare: what each gave, held against what is expected of it.

A row a site, from the reports of its crawls and the catalog::

    from archive.health.days import days_in
    from archive.health.rows import health_rows

    rows = health_rows(root, days_in(root, catalog), {site.id: site.expect for site in sites}, now)

Reading changes nothing. What broke and was mended is in the ledger (:mod:`archive.health.ledger`).
"""
