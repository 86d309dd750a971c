import pytest

from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.cards import source_card


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_has_a_card_that_says_the_same(name: str) -> None:
    adapter, card = ADAPTERS[name], source_card(name)
    assert card is not None
    assert card.name == name
    assert card.dataset == adapter.dataset
    assert card.license == adapter.license
    assert card.revision == adapter.revision
    assert set(card.configs) == {config or "default" for config in adapter.configs}
    assert adapter.split in card.splits or name == "builtin"
    assert card.citation in card.attribution
    assert card.title in card.text
    assert card.revision or card.url is None or "the revision to pin" in card.unverified


def test_a_public_source_has_a_link() -> None:
    card = source_card("gsm8k")
    assert card is not None
    assert card.url == "https://huggingface.co/datasets/openai/gsm8k"
    assert f"[GSM8K]({card.url})" in card.attribution


def test_a_table_has_no_card() -> None:
    assert source_card("table") is None
