"""What a reasoning model says outside its thinking, by the markers around its thoughts."""

# Opening and closing marker.
_MARKERS = (
    ("<think>", "</think>"),  # DeepSeek-R1, Qwen3, GLM, Nemotron, Phi-4-reasoning, OLMo
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),  # EXAONE
    ("<seed:think>", "</seed:think>"),  # Seed-OSS
    ("<|begin_of_thought|>", "<|end_of_thought|>"),  # Sky-T1, OpenThinker
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # Command A
    ("[THINK]", "[/THINK]"),  # Magistral
    ("◁think▷", "◁/think▷"),  # Kimi
    ("<|channel>thought", "<channel|>"),  # Gemma 4
    ("<|channel|>analysis", "<|channel|>final"),  # gpt-oss
    ("assistantanalysis", "assistantfinal"),  # gpt-oss, decoded without its special tokens
)


def after_thinking(text: str) -> str | None:
    """The text outside the thinking parts, or None if the last one never ends.

    A closing marker without an opening one ends a thought that the chat template opened; later
    stray closing markers end nothing.
    """
    for opening, closing in _MARKERS:
        if opening in text or closing in text:
            outside = _outside(text, opening, closing)
            if outside is None:
                return None
            text = outside
    return text


def _outside(text: str, opening: str, closing: str) -> str | None:
    kept: list[str] = []
    start, end = text.find(opening), text.find(closing)
    if end >= 0 and not 0 <= start < end:
        text = text[end + len(closing) :]
        start = text.find(opening)
    position = 0
    while start >= 0:
        kept.append(text[position:start])
        end = text.find(closing, start)
        if end < 0:
            return None
        position = end + len(closing)
        start = text.find(opening, position)
    return "".join([*kept, text[position:]])
