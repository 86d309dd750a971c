"""Check `card`: front matter that a hub accepts, a page without gaps, links that lead somewhere."""

import re
from pathlib import PurePosixPath

from sure_math.publish.front_matter import HUB_LICENSES
from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.pages import LICENSE, FrontMatter, read_text
from sure_math.publish.gate.release import Release, table_of
from sure_math.publish.hub.features import features_yaml
from sure_math.publish.manifest import holds_responses

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TASKS = {"text-generation", "question-answering", "text-classification", "multiple-choice",
          "reinforcement-learning", "other"}  # fmt: skip
_SIZE = re.compile(r"(?:n<(?P<below>\w+)|(?P<low>\w+)<n<(?P<high>\w+)|n>(?P<above>\w+))")
_UNITS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_FENCE = re.compile(r"^```.*?(?:^```$|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(
    r"(?<!\\)\]\(\s*<?([^)\s>]+)|<(?:img|a|source)\b[^<>]*?\b(?:src|href)\s*=\s*[\"']([^\"']+)"
)
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LEFTOVER = re.compile(r"(?:\{\{ [a-z_]|\{%-? [a-z]|\{# ).{0,30}")
_NOTHING = re.compile(r"(?i:nan|undefined|inf|<na>)|None|null")


def check_card(release: Release) -> str:
    """README.md and LICENSE as pages."""
    head, body = release.card
    refuse(
        [
            *_license_faults(release, head),
            *_tag_faults(release, head),
            *_config_faults(release, head),
            *_link_faults(release, body),
            *_gap_faults(body),
        ]
    )
    return f"{len(body.splitlines())} lines, licence {head.license}, {head.size_categories[0]}"


def _license_faults(release: Release, head: FrontMatter) -> list[str]:
    faults = []
    if LICENSE not in release.manifest.pages:
        faults.append(f"there is no page {LICENSE}")
    elif not read_text(release.folder / LICENSE).strip():
        faults.append(f"{LICENSE} is empty")
    if head.license == "other":
        if not head.license_name:
            faults.append("license: other needs a license_name")
        if head.license_link != LICENSE:
            faults.append(f"license: other needs license_link: {LICENSE}")
    elif head.license not in HUB_LICENSES:
        faults.append(f"license: {head.license} is no licence that a hub knows")
    return faults


def _tag_faults(release: Release, head: FrontMatter) -> list[str]:
    faults = [] if head.pretty_name.strip() else ["pretty_name is empty"]
    if not head.language or not all(map(_LANGUAGE.fullmatch, head.language)):
        faults.append(f"language {list(head.language)} is no list of ISO 639 codes")
    unknown = sorted(set(head.task_categories) - _TASKS)
    if unknown or not head.task_categories:
        faults.append(f"task_categories: {unknown or 'none'}")
    listed = release.manifest.rows().items()
    rows = sum(sum(each.values()) for name, each in listed if not holds_responses(name))
    if len(head.size_categories) != 1 or not _within(rows, head.size_categories[0]):
        faults.append(f"size_categories {list(head.size_categories)}, but {rows} problems")
    return faults


def _within(rows: int, category: str) -> bool:
    """Whether so many rows are in a size category such as 1K<n<10K."""
    found = _SIZE.fullmatch(category)
    if not found:
        return False
    low, high = found["low"] or found["above"], found["below"] or found["high"]
    return (_number(low) if low else 0) <= rows < (_number(high) if high else rows + 1)


def _number(text: str) -> int:
    return int(text[:-1]) * _UNITS[text[-1]] if text[-1] in _UNITS else int(text)


def _config_faults(release: Release, head: FrontMatter) -> list[str]:
    """`configs` and `dataset_info` against the manifest and the schemas."""
    names = list(release.manifest.rows())
    faults = []
    for key, found in (
        ("configs", [each.config_name for each in head.configs]),
        ("dataset_info", [each.config_name for each in head.dataset_info]),
    ):
        if sorted(found) != sorted(names):
            faults.append(f"{key} lists {found}, the manifest has {names}")
    for config in head.configs:
        if config.version != release.manifest.version:
            faults.append(
                f"{config.config_name} is version {config.version} in the card, "
                f"{release.manifest.version} in the manifest"
            )
        if config.default != (config.config_name == "default"):
            faults.append(f"{config.config_name}: default is {config.default}")
    for info in head.dataset_info:
        wanted = features_yaml(table_of(info.config_name).schema)
        odd = [said for said in info.features if said not in wanted]
        odd += [column for column in wanted if column not in info.features]
        if info.features != wanted:
            faults.append(f"{info.config_name}: other columns than the table has: {some(odd)}")
    return faults


def _link_faults(release: Release, body: str) -> list[str]:
    """Links and images that stand for a file of the release which is not there."""
    text = _CODE.sub("", _FENCE.sub("", body))
    known = release.manifest.paths() | {f"#{_anchor(each)}" for each in _HEADING.findall(text)}
    targets = dict.fromkeys(first or second for first, second in _LINK.findall(text))
    return [
        f"README.md links {target}, which is not in the release"
        for target in targets
        if not _ELSEWHERE.match(target) and _place(target) not in known
    ]


def _place(target: str) -> str:
    """What a link leads to: a file of the release, or a heading of the card."""
    page = target.split("#")[0].split("?")[0]
    return PurePosixPath(page).as_posix() if page else target


def _anchor(heading: str) -> str:
    """The name under which a hub links a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _gap_faults(body: str) -> list[str]:
    """What a template leaves where a value was missing."""
    faults = [
        f"README.md has a piece of its template: {found[0]}"
        for found in _LEFTOVER.finditer(_FENCE.sub("", body))
    ]
    for line in body.splitlines():
        cells = [cell.strip() for cell in line.split("|")] if line.startswith("|") else []
        faults += [f"a table has {cell!r}: {line}" for cell in cells if _NOTHING.fullmatch(cell)]
    return faults
