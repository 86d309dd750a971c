"""From a finished run to a release, and to a hub.

tables        the rows, sorted and cut into Parquet files (sorting, parquet)
pages         everything else: the card (card, card_text, front_matter, pictures), LICENSE
              (licenses, duties), provenance (recorded, lineage, trust, spread), and the
              manifest with its changelog
gate          the checks that a release must pass, and that `verify` asks of any other
release       puts these together in a folder, and the folder in its place
publication   the same for a hub; everything that talks to one, or to `datasets`, is in `hub`
"""
