"""Feature descriptions, as `datasets` writes them into a data card."""

from typing import Any

import pyarrow as pa


def features_yaml(schema: pa.Schema) -> Any:
    """The features of a table as the data card's YAML wants them."""
    import datasets

    return datasets.Features.from_arrow_schema(schema.remove_metadata())._to_yaml_list()
