"""The loss against a loop over tokens in float64, against TRL's kernel, and what it allocates."""

import doctest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

from sure_math.train.head import MIN_SLAB, SLAB_BYTES, Head  # noqa: E402
from sure_math.train.loss import (  # noqa: E402
    TeacherStates,
    TokenLoss,
    TopK,
    teacher_topk,
    topk_cross_entropy,
)

Tensor = torch.Tensor


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Case:
    """Random states and heads of two models; the student's can be differentiated."""

    def __init__(
        self,
        tokens: int = 17,
        vocabulary: int = 60,
        size: int = 12,
        *,
        dtype: torch.dtype = torch.float32,
        spread: float = 1.0,
        seed: int = 0,
        **settings: float,
    ) -> None:
        random = torch.Generator().manual_seed(seed)

        def draw(*shape: int) -> Tensor:
            return torch.randn(shape, generator=random).mul_(spread).to(dtype)

        self.hidden = draw(tokens, size).requires_grad_()
        self.weight = draw(vocabulary, size).requires_grad_()
        self.bias = draw(vocabulary).requires_grad_()
        self.head = Head(self.weight, self.bias, **settings)
        other = Head(draw(vocabulary, size + 5), draw(vocabulary), **settings)
        self.teacher = TeacherStates(draw(tokens, size + 5), other)
        self.upstream = torch.rand(tokens, generator=random)

    @property
    def leaves(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.hidden, self.weight, self.bias

    def loss(self, **options: Any) -> TokenLoss:
        return topk_cross_entropy(self.hidden, self.head, self.teacher, **options)

    def gradients(self, loss: Tensor) -> tuple[Tensor, ...]:
        total = (loss * self.upstream.to(loss)).sum()
        return torch.autograd.grad(total, self.leaves, retain_graph=True)


def logits(hidden: Tensor, head: Head, temperature: float) -> Tensor:
    """Of one token, in float64."""
    z = head.scale * (head.weight.double() @ hidden.double() + head.bias.double())
    return (
        z if head.softcap is None else head.softcap * torch.tanh(z / head.softcap)
    ) / temperature


def loop(case: Case, k: int, temperature: float, truncation: str) -> Tensor:
    """Eq. 7 as it is written, one token after the other, in float64."""
    losses = []
    for student, teacher in zip(case.hidden, case.teacher.hidden, strict=True):
        log_q = logits(student, case.head, temperature).log_softmax(0)
        p = logits(teacher, case.teacher.head, temperature).softmax(0)
        top, ids = p.topk(k or len(p))
        if truncation == "renormalize":
            losses.append(-(top / top.sum() * log_q[ids]).sum())
        else:
            others = torch.ones_like(p, dtype=torch.bool).scatter(0, ids, False)
            rest = (1 - top.sum()) * log_q[others].logsumexp(0)
            losses.append(-(top * log_q[ids]).sum() - rest)
    return torch.stack(losses)


def error(found: Tensor, expected: Tensor) -> float:
    """Relative, in the Euclidean norm."""
    expected = expected.detach().double()
    return float((found.detach() - expected).norm() / expected.norm())


# --- eq. 7 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [1.0, 0.6, 2.0])
@pytest.mark.parametrize(
    ("k", "truncation"),
    [(0, "renormalize"), (1, "renormalize"), (8, "renormalize"), (1, "tail"), (8, "tail")],
)
def test_value_and_gradient_are_those_of_eq_7(k: int, truncation: str, temperature: float) -> None:
    case = Case()
    expected = loop(case, k, temperature, truncation)
    found = case.loss(top_k=k, temperature=temperature, truncation=truncation, slab=16)
    assert error(found.cross_entropy, expected) < 1e-6
    for pair in zip(case.gradients(found.cross_entropy), case.gradients(expected), strict=True):
        assert error(*pair) < 1e-6


@pytest.mark.parametrize(("k", "truncation"), [(0, "renormalize"), (3, "renormalize"), (3, "tail")])
def test_gradient_is_that_of_finite_differences(k: int, truncation: str) -> None:
    case = Case(3, 7, 4, dtype=torch.float64, scale=0.7, softcap=3.0)

    def loss(hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        head = Head(weight, bias, case.head.scale, case.head.softcap)
        options: dict[str, Any] = {"top_k": k, "truncation": truncation, "slab": 3}
        return topk_cross_entropy(
            hidden, head, case.teacher, temperature=1.5, **options
        ).cross_entropy

    assert torch.autograd.gradcheck(loss, case.leaves)


@pytest.mark.parametrize("k", [0, 5])
def test_scale_and_softcap_are_those_of_the_model(k: int) -> None:
    case = Case(scale=0.5, softcap=2.0)
    expected, found = loop(case, k, 1.3, "renormalize"), case.loss(top_k=k, temperature=1.3, slab=9)
    assert error(found.cross_entropy, expected) < 1e-6
    for pair in zip(case.gradients(found.cross_entropy), case.gradients(expected), strict=True):
        assert error(*pair) < 1e-6


@given(
    tokens=st.integers(0, 9),
    vocabulary=st.integers(1, 40),
    k=st.integers(0, 45),
    slab=st.integers(1, 50),
    truncation=st.sampled_from(["renormalize", "tail"]),
    kept=st.integers(0, 2**9 - 1),
    seed=st.integers(0, 9),
)
@settings(max_examples=80, deadline=None)
def test_any_shape(
    tokens: int, vocabulary: int, k: int, slab: int, truncation: str, kept: int, seed: int
) -> None:
    case = Case(tokens, vocabulary, 6, dtype=torch.float64, seed=seed)
    mask = torch.tensor([bool(kept >> i & 1) for i in range(tokens)], dtype=torch.bool)
    found = case.loss(top_k=k, truncation=truncation, slab=slab, mask=mask)
    assert all(each.shape == (tokens,) for each in found)
    assert all((each[~mask] == 0).all() for each in found)
    assert (found.cross_entropy - found.teacher_entropy >= -1e-12).all()  # a divergence
    if tokens:
        k = min(k, vocabulary)
        expected = loop(case, k, 1.0, truncation if 0 < k < vocabulary else "renormalize")
        expected = expected * mask
        torch.testing.assert_close(found.cross_entropy, expected)
        for mine, theirs in zip(
            case.gradients(found.cross_entropy), case.gradients(expected), strict=True
        ):
            torch.testing.assert_close(mine, theirs)


# --- figures beside the loss ----------------------------------------------------------------------


def test_figures_are_entropies_and_the_mass_of_the_top_k() -> None:
    case, k = Case(dtype=torch.float64), 6
    p = torch.stack([logits(h, case.teacher.head, 1.0) for h in case.teacher.hidden]).softmax(-1)
    q = torch.stack([logits(h, case.head, 1.0) for h in case.hidden]).softmax(-1)
    top = p.topk(k).values
    rest = 1 - top.sum(-1, keepdim=True)

    def entropy(probabilities: Tensor) -> Tensor:
        return torch.special.entr(probabilities).sum(-1)

    for options, expected in (
        ({"top_k": k}, entropy(top / top.sum(-1, keepdim=True))),
        ({"top_k": k, "truncation": "tail"}, entropy(torch.cat([top, rest], -1))),
        ({"top_k": 0}, entropy(p)),
    ):
        found = case.loss(slab=7, **options)
        torch.testing.assert_close(found.teacher_entropy, expected)
        torch.testing.assert_close(found.student_entropy, entropy(q))
        mass = top.sum(-1) if options["top_k"] else torch.ones(len(q), dtype=q.dtype)
        torch.testing.assert_close(found.teacher_mass, mass)
        assert found.cross_entropy.requires_grad
        assert not any(each.requires_grad for each in found[1:])


def test_teacher_as_top_k_is_the_teacher_by_its_states() -> None:
    case = Case()
    by_states = case.loss(top_k=9, temperature=1.2)
    given = teacher_topk(*case.teacher, 9, 1.2, slab=10)
    by_top_k = topk_cross_entropy(case.hidden, case.head, given, temperature=1.2)
    torch.testing.assert_close(by_top_k, by_states)


def test_equal_logits_are_each_kept_once() -> None:
    case = Case(vocabulary=50)
    flat = TeacherStates(torch.zeros(17, 3), Head(torch.zeros(50, 3)))
    probs, ids = teacher_topk(*flat, 20, slab=8)
    assert all(len(set(row)) == 20 for row in ids.tolist())
    torch.testing.assert_close(probs, torch.full((17, 20), 1 / 50))
    q = torch.log_softmax(case.hidden @ case.weight.T + case.bias, -1)
    found = topk_cross_entropy(case.hidden, case.head, TopK(probs, ids), slab=8)
    torch.testing.assert_close(found.cross_entropy, -q.gather(1, ids).mean(-1))


# --- beside TRL -----------------------------------------------------------------------------------


def test_whole_vocabulary_is_forward_kl_of_trl() -> None:
    kernel = pytest.importorskip("trl.kernels.chunked_divergence").ChunkedDivergenceFunction
    case = Case(40, 300, 16)
    head = case.teacher.head
    theirs, entropy = kernel.apply(
        *case.leaves, case.teacher.hidden, head.weight, head.bias, 0.0, 1.4
    )
    mine = case.loss(top_k=300, temperature=1.4, slab=64)
    torch.testing.assert_close(mine.cross_entropy - mine.teacher_entropy, theirs)
    torch.testing.assert_close(mine.student_entropy, entropy)
    for a, b in zip(case.gradients(mine.cross_entropy), case.gradients(theirs), strict=True):
        assert error(a, b) < 1e-6


# --- numerics -------------------------------------------------------------------------------------


@pytest.mark.parametrize("truncation", ["renormalize", "tail"])
def test_the_size_of_a_slab_does_not_matter(truncation: str) -> None:
    case = Case(vocabulary=101)
    whole = case.loss(top_k=10, truncation=truncation, slab=101)
    for slab in (1, 7, 50, 100, None):
        part = case.loss(top_k=10, truncation=truncation, slab=slab)
        torch.testing.assert_close(part, whole)
        for a, b in zip(
            case.gradients(part.cross_entropy), case.gradients(whole.cross_entropy), strict=True
        ):
            assert error(a, b) < 1e-6


@pytest.mark.parametrize("k", [0, 8])
def test_bfloat16_is_rounded_once(k: int) -> None:
    case, exact = (Case(200, 90, 16, dtype=dtype) for dtype in (torch.bfloat16, torch.float64))
    head = case.teacher.head
    exact.teacher = TeacherStates(case.teacher.hidden, Head(head.weight, head.bias))
    for mine, theirs in zip(exact.leaves, case.leaves, strict=True):
        mine.data.copy_(theirs)
    expected, found = loop(exact, k, 1.0, "renormalize"), case.loss(top_k=k, slab=11)
    assert found.cross_entropy.dtype == torch.float32
    assert error(found.cross_entropy, expected) < 1e-6
    gradients = case.gradients(found.cross_entropy), exact.gradients(expected)
    for mine, theirs in zip(*gradients, strict=True):
        assert mine.dtype == torch.bfloat16
        assert error(mine, theirs) < 2**-9  # half a unit in the last place, once


def test_autocast_does_not_reach_the_loss() -> None:
    case = Case()
    with torch.autocast("cpu", torch.bfloat16):
        inside = case.loss(top_k=5)
    assert torch.equal(inside.cross_entropy, case.loss(top_k=5).cross_entropy)


@pytest.mark.parametrize(("k", "truncation"), [(0, "renormalize"), (4, "renormalize"), (4, "tail")])
def test_extreme_logits_stay_finite(k: int, truncation: str) -> None:
    case = Case(spread=100.0)  # logits of some 10,000: all probabilities are 0 or 1
    found = case.loss(top_k=k, truncation=truncation, slab=16)
    assert all(each.isfinite().all() for each in found)
    assert all(each.isfinite().all() for each in case.gradients(found.cross_entropy))
    assert error(found.cross_entropy, loop(case, k, 1.0, truncation)) < 1e-5


# --- positions that do not count ------------------------------------------------------------------


@pytest.mark.parametrize("k", [0, 5])
def test_weight_0_has_no_gradient(k: int) -> None:
    case = Case()
    case.upstream[::2] = 0
    hidden, *_ = case.gradients(case.loss(top_k=k).cross_entropy)
    assert (hidden[::2] == 0).all()
    assert (hidden[1::2] != 0).any(-1).all()
    case.upstream[:] = 0
    assert all((each == 0).all() for each in case.gradients(case.loss(top_k=k).cross_entropy))


@pytest.mark.parametrize("k", [0, 5])
def test_masked_positions_are_never_read(k: int) -> None:
    case = Case()
    mask = torch.arange(17) % 3 == 0
    kept = case.loss(top_k=k, mask=mask)
    expected = case.gradients(kept.cross_entropy)
    with torch.no_grad():
        case.hidden[~mask] = torch.nan
        case.teacher.hidden[~mask] = torch.nan
    again = case.loss(top_k=k, mask=mask)
    torch.testing.assert_close(again, kept)
    torch.testing.assert_close(case.gradients(again.cross_entropy), expected)


@pytest.mark.parametrize("k", [0, 5])
def test_nothing_selected_still_has_a_gradient_of_0(k: int) -> None:
    case = Case()
    found = case.loss(top_k=k, mask=torch.zeros(17, dtype=torch.bool))
    assert (found.cross_entropy == 0).all()
    assert all((each == 0).all() for each in case.gradients(found.cross_entropy))


def test_tied_embeddings_get_both_gradients() -> None:
    case = Case()
    tokens = torch.arange(17)
    found = topk_cross_entropy(case.weight[tokens], case.head, case.teacher, top_k=5)
    (tied,) = torch.autograd.grad(found.cross_entropy.sum(), case.weight)
    embedding = case.weight.detach().clone().requires_grad_()
    apart = topk_cross_entropy(embedding[tokens], case.head, case.teacher, top_k=5)
    parts = torch.autograd.grad(apart.cross_entropy.sum(), (embedding, case.weight))
    torch.testing.assert_close(tied, sum(parts))


@pytest.mark.parametrize("k", [0, 5])
def test_parameters_are_gathered_where_they_are_read(k: int) -> None:
    case, seen = Case(), []

    @contextmanager
    def gather(*parameters: Tensor | None) -> Iterator[None]:
        seen.append({id(each) for each in parameters})
        yield

    student = {id(case.weight), id(case.bias)}
    teacher = {id(case.teacher.head.weight), id(case.teacher.head.bias)}
    found = case.loss(top_k=k, gather=gather)
    assert seen == ([student | teacher] if k == 0 else [teacher, student])
    found.cross_entropy.sum().backward()
    assert seen[-1] == (student | teacher if k == 0 else student)


# --- memory ---------------------------------------------------------------------------------------


class Largest(TorchDispatchMode):
    """Elements of the largest tensor that any operation returns, in forward and backward passes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements, self.calls = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        sizes = [each.numel() for each in tree_leaves(result) if isinstance(each, Tensor)]
        self.elements, self.calls = max(self.elements, *sizes, 0), self.calls + 1
        return result


@pytest.mark.parametrize(("k", "truncation"), [(0, "renormalize"), (4, "renormalize"), (4, "tail")])
def test_no_tensor_has_tokens_times_vocabulary(k: int, truncation: str) -> None:
    tokens, vocabulary, size, slab = 128, 1000, 8, 100
    case = Case(tokens, vocabulary, size)
    with Largest() as forward:
        found = case.loss(top_k=k, truncation=truncation, slab=slab).cross_entropy.sum()
    with Largest() as backward:
        found.backward()
    assert min(forward.calls, backward.calls) > vocabulary // slab  # both were watched
    assert max(forward.elements, backward.elements) == tokens * slab
    with Largest() as naive:
        (case.hidden @ case.weight.T).log_softmax(-1).sum().backward()
    assert naive.elements == tokens * vocabulary


def test_a_slab_has_its_bytes_unless_it_were_narrow() -> None:
    head = Head(torch.empty(150_000, 1))
    first = next(iter(head.slabs(100, None)))
    assert first.stop * 100 * 4 == pytest.approx(SLAB_BYTES, rel=1e-3)
    assert next(iter(head.slabs(1_000_000, None))).stop == MIN_SLAB
    assert [(each.start, each.stop) for each in head.slabs(10, 100_000)] == [
        (0, 100_000),
        (100_000, 150_000),
    ]


# --- bad input ------------------------------------------------------------------------------------


def test_other_vocabularies_are_refused() -> None:
    case = Case()
    other = TeacherStates(torch.zeros(17, 3), Head(torch.zeros(61, 3)))
    for k in (0, 5):
        with pytest.raises(ValueError, match="have 60 and 61 tokens"):
            topk_cross_entropy(case.hidden, case.head, other, top_k=k)
    for outside in (60, -1):
        ids = torch.full((17, 1), outside)
        with pytest.raises(ValueError, match="outside the 60 of the student"):
            topk_cross_entropy(case.hidden, case.head, TopK(torch.ones(17, 1), ids))


def test_second_derivatives_are_refused() -> None:
    case = Case()
    loss = (case.loss(top_k=5).cross_entropy ** 2).sum()
    (gradient,) = torch.autograd.grad(loss, case.hidden, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiate twice"):
        gradient.sum().backward()


# --- the page -------------------------------------------------------------------------------------


def test_examples_of_the_page() -> None:
    page = Path(__file__).parents[2] / "docs" / "loss.md"
    examples = doctest.testfile(str(page), module_relative=False)
    assert examples.attempted >= 8
    assert examples.failed == 0
