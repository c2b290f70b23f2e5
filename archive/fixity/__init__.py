"""Every closed file read once in so many days, and a ledger of it: what rots is found while there are copies."""
