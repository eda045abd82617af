"""Warn, as GitHub shows warnings, of what was read too long ago. Nothing fails: the table says its age itself."""

import datetime
import sys

from provider_table import OLD, read_providers, stale

if __name__ == "__main__":
    path = sys.argv[1]
    sources, _ = read_providers(path)
    for title, days in stale(sources, datetime.date.today()):
        print(f"::warning file={path}::read {days} days ago, more than {OLD}: {title}")
