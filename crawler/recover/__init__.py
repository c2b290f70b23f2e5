"""Lost pages brought back from other web archives: ask their indexes, choose, fetch, keep with their origin."""
