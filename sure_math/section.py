"""The base of everything in a recipe: frozen, no unknown keys, no infinite numbers."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Marker:
    """Marks fields that never influence what is computed."""


Operational = _Marker()


class Section(BaseModel):
    """Base of every part of a recipe."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, protected_namespaces=(), allow_inf_nan=False
    )

    def content(self) -> dict[str, Any]:
        """The fields that decide what is computed, as plain JSON values."""
        kept: dict[str, Any] = {}
        for name, field in type(self).model_fields.items():
            if Operational not in field.metadata:
                kept[name] = _plain(getattr(self, name))
        return kept


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return value.content()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
