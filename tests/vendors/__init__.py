"""What each vendor brings to the suites that every vendor passes: one catalogue a vendor.

A new vendor brings a file like `webexcc.py` and its line in `CATALOGUES`; the suites name none.
"""

from __future__ import annotations

from tests.vendors import cxone, webexcc
from tests.vendors.catalogue import Catalogue

CATALOGUES: dict[str, Catalogue] = {
    each.vendor: each for each in (cxone.CATALOGUE, webexcc.CATALOGUE)
}
