"""Eq. 7 for every token, without a tensor of [tokens, vocabulary].

With student logits z and a target p, the teacher's distribution truncated to its top k,

    l = - sum_v p_v log softmax(z)_v = logsumexp(z) - sum_v p_v z_v,     dl/dz = softmax(z) - p.

So a slab of the vocabulary at a time is enough: [tokens, slab] logits are made from the hidden
states, folded into a few numbers per token, and dropped. The backward pass makes them once more,
and one product over all tokens finishes the rows of the head's gradient that belong to the slab:
they are summed in fp32 and rounded once, whatever the dtype of the head.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from sure_math.train.head import Head, no_autocast, operand_dtype, product

Truncation = Literal["renormalize", "tail"]
Gather = Callable[..., AbstractContextManager[Any]]


class TeacherStates(NamedTuple):
    """What the teacher knows: last hidden states [tokens, hidden of the teacher] and its head."""

    hidden: Tensor
    head: Head


class TopK(NamedTuple):
    """The teacher's k most probable tokens: probabilities under its full softmax, and ids.

    Both are [tokens, k]; the ids of a token are distinct.
    """

    probs: Tensor
    ids: Tensor


class TokenLoss(NamedTuple):
    """Figures per token, [tokens], in nats; zero at masked positions.

    Only `cross_entropy` has a gradient. `cross_entropy` - `teacher_entropy` is the divergence
    KL(truncated teacher || student); `teacher_mass` is the probability of the teacher's top k.
    """

    cross_entropy: Tensor
    teacher_entropy: Tensor
    teacher_mass: Tensor
    student_entropy: Tensor


def _at_hand(*_: Tensor | None) -> AbstractContextManager[None]:
    return nullcontext()


def topk_cross_entropy(
    hidden: Tensor,
    head: Head,
    teacher: TeacherStates | TopK,
    *,
    top_k: int = 512,
    temperature: float = 1.0,
    truncation: Truncation = "renormalize",
    mask: Tensor | None = None,
    slab: int | None = None,
    gather: Gather = _at_hand,
) -> TokenLoss:
    """Eq. 7: cross-entropy between the truncated teacher and the student's full softmax.

    Weights and lengths (eq. 8-9) multiply the result outside: only its gradient reaches back.

    Args:
        hidden: Last hidden states of the student, [tokens, hidden].
        head: The student's output layer; weight and bias get gradients.
        teacher: Hidden states and head, or the top k of another source (`top_k` is not read then).
        top_k: Tokens kept of the teacher; 0, or the vocabulary and more, keeps all of it.
        temperature: Divides the logits of both models.
        truncation: `renormalize` is eq. 7; `tail` keeps the teacher's probabilities and makes all
            other tokens one more bucket, of the teacher and of the student.
        mask: [tokens] bool; where it is false, nothing is computed, forward or backward.
        slab: Vocabulary entries worked on at a time; None: see `head.SLAB_BYTES`.
        gather: `gather(*parameters)` is a context in which these heads' parameters are whole, as
            ZeRO-3 needs; entered in the forward and in the backward pass.

    Raises:
        ValueError: The vocabularies differ in size, or an id is outside the student's.
    """
    if mask is None:
        mask = torch.ones(len(hidden), dtype=torch.bool, device=hidden.device)
    if isinstance(teacher, TopK):
        teacher = TopK(teacher.probs[mask], teacher.ids[mask])
    else:
        if teacher.head.vocabulary != head.vocabulary:
            sizes = f"{head.vocabulary} and {teacher.head.vocabulary}"
            raise ValueError(f"student and teacher have {sizes} tokens")
        teacher = TeacherStates(teacher.hidden[mask].detach(), teacher.head)
        if 0 < top_k < head.vocabulary:
            teacher = teacher_topk(*teacher, top_k, temperature, slab=slab, gather=gather)
    target = (
        _TopKTarget(teacher, truncation, head.vocabulary)
        if isinstance(teacher, TopK)
        else _FullTarget(teacher, temperature)
    )
    figures = _CrossEntropy.apply(
        hidden[mask], head.weight, head.bias, head, target, temperature, slab, gather
    )
    nothing = figures[0].new_zeros(len(hidden))
    return TokenLoss(*(nothing.masked_scatter(mask, each) for each in figures))


def teacher_topk(
    hidden: Tensor,
    head: Head,
    k: int,
    temperature: float = 1.0,
    *,
    slab: int | None = None,
    gather: Gather = _at_hand,
) -> TopK:
    """The k most probable tokens at every position, in no order; no gradient."""
    with torch.no_grad(), gather(head.weight, head.bias), no_autocast(hidden):
        h, softmax = hidden.to(operand_dtype(hidden)), _Softmax()
        logits, ids = h.new_empty(len(h), 0), h.new_empty(len(h), 0).long()
        for part in head.slabs(len(h), slab):
            z = head.logits(h, part, temperature)
            softmax.add(z)
            best = z.topk(min(k, z.shape[1]), sorted=False)
            logits = torch.cat([logits, best.values], 1)
            ids = torch.cat([ids, best.indices + part.start], 1)
            logits, order = logits.topk(min(k, logits.shape[1]), sorted=False)
            ids = ids.gather(1, order)
        return TopK((logits - softmax.lse[:, None]).exp_(), ids)


class _Softmax:
    """logsumexp and means of logits that come in slabs; sums are relative to the largest so far."""

    def __init__(self, values: int = 0) -> None:
        self._largest: Any = torch.finfo(torch.float32).min
        self._total: Any = 0.0
        self._sums: list[Any] = [0.0] * values

    def add(self, z: Tensor, *values: Tensor) -> None:
        largest = z.amax(-1).clamp(min=self._largest)
        shrunk = (self._largest - largest).exp()
        p = (z - largest[:, None]).exp_()
        self._total = self._total * shrunk + p.sum(-1)
        sums = zip(self._sums, values, strict=True)
        self._sums = [so_far * shrunk + (p * value).sum(-1) for so_far, value in sums]
        self._largest = largest

    @property
    def lse(self) -> Any:
        return self._largest + self._total.log()

    @property
    def means(self) -> list[Any]:
        return [each / self._total for each in self._sums]


class _TopKTarget:
    """p lies on k tokens; with a tail, all others are one bucket more.

    The bucket's logit is the logsumexp of its tokens, so it enters the sums as a token does.
    """

    def __init__(self, teacher: TopK, truncation: Truncation, vocabulary: int) -> None:
        self.ids, self.mass, self.tail = teacher.ids, teacher.probs.sum(-1), None
        if ((self.ids < 0) | (self.ids >= vocabulary)).any():
            raise ValueError(f"a teacher's token lies outside the {vocabulary} of the student")
        self.p, self.rest = teacher.probs / self.mass[:, None], torch.zeros_like(self.mass)
        if truncation == "tail" and self.ids.shape[1] < vocabulary:
            self.p, self.rest = teacher.probs, (1 - self.mass).clamp(min=0)
            self.tail = _Softmax()
        self.entropy = torch.special.entr(self.p).sum(-1) + torch.special.entr(self.rest)
        self.heads: list[Head] = []
        self._sum = torch.zeros_like(self.mass)

    def add(self, z: Tensor, slab: slice) -> None:
        column, inside = self._columns(slab)
        self._sum += (self.p * inside * z.gather(1, column)).sum(-1)
        if self.tail is not None:
            self.tail.add(self._others(z, column, inside))

    def mean_logit(self) -> Tensor:
        """sum_v p_v z_v."""
        return self._sum if self.tail is None else self._sum + self.rest * self.tail.lse

    def gradient(self, z: Tensor, lse: Tensor, slab: slice) -> Tensor:
        """dl/dz on the slab; a token of the bucket has its share of the bucket's q - p."""
        column, inside = self._columns(slab)
        q = (z - lse[:, None]).exp_()
        if self.tail is not None:
            q_top = q.gather(1, column) * inside
            q_others = (self._others(z, column, inside) - self.tail.lse[:, None]).exp_()
            surplus = (self.tail.lse - lse).exp() - self.rest
            q = q_others.mul_(surplus[:, None]).scatter_add_(1, column, q_top)
        return q.scatter_add_(1, column, -self.p * inside)

    def _columns(self, slab: slice) -> tuple[Tensor, Tensor]:
        """Where in the slab every id lies, and whether; the column of one outside is arbitrary."""
        column = (self.ids - slab.start) % (slab.stop - slab.start)
        return column, (self.ids >= slab.start) & (self.ids < slab.stop)

    def _others(self, z: Tensor, column: Tensor, inside: Tensor) -> Tensor:
        return z.scatter_add(1, column, torch.zeros_like(self.p).masked_fill_(inside, -torch.inf))


class _FullTarget:
    """p is the teacher's whole softmax, made from its hidden states slab by slab."""

    def __init__(self, teacher: TeacherStates, temperature: float) -> None:
        self._hidden = teacher.hidden.to(operand_dtype(teacher.hidden))
        self._head, self._temperature = teacher.head, temperature
        self._softmax = _Softmax(2)
        self.heads = [teacher.head]

    def add(self, z: Tensor, slab: slice) -> None:
        logits = self._logits(slab)
        self._softmax.add(logits, z, logits)

    def mean_logit(self) -> Any:
        return self._softmax.means[0]

    def gradient(self, z: Tensor, lse: Tensor, slab: slice) -> Tensor:
        q = (z - lse[:, None]).exp_()
        return q.sub_(self._logits(slab).sub_(self._softmax.lse[:, None]).exp_())

    @property
    def mass(self) -> Tensor:
        return torch.ones_like(self._softmax.lse)

    @property
    def entropy(self) -> Any:
        return self._softmax.lse - self._softmax.means[1]

    def _logits(self, slab: slice) -> Tensor:
        return self._head.logits(self._hidden, slab, self._temperature)


class _CrossEntropy(torch.autograd.Function):  # type: ignore[misc]
    """Figures per token from hidden states and head; slabs are made again for the gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        head: Head,
        target: Any,
        temperature: float,
        slab: int | None,
        gather: Gather,
    ) -> tuple[Tensor, ...]:
        h, student = hidden.to(operand_dtype(hidden)), _Softmax(1)
        with gather(*_parameters(head, *target.heads)), no_autocast(h):
            for part in head.slabs(len(h), slab):
                z = head.logits(h, part, temperature)
                student.add(z, z)
                target.add(z, part)
        ctx.save_for_backward(hidden, student.lse)
        ctx.options = head, target, temperature, slab, gather, h.dtype
        cross_entropy = student.lse - target.mean_logit()
        detached = target.entropy, target.mass, student.lse - student.means[0]
        ctx.mark_non_differentiable(*detached)
        return cross_entropy, *detached

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, upstream: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        hidden, lse = ctx.saved_tensors
        head, target, temperature, slab, gather, dtype = ctx.options
        h = hidden.to(dtype)
        with gather(*_parameters(head, *target.heads)), no_autocast(h):
            wanted = zip((hidden, head.weight, head.bias), ctx.needs_input_grad, strict=False)
            of_h, of_w, of_b = (torch.empty_like(x) if needed else None for x, needed in wanted)
            sum_h = torch.zeros_like(h, dtype=lse.dtype)
            for part in head.slabs(len(h), slab):
                z = head.logits(h, part, temperature)
                g = target.gradient(z, lse, part).mul_(upstream[:, None])
                g = head.gradient(g, z, temperature)
                if of_b is not None:
                    of_b[part] = g.sum(0)
                g = g.to(dtype)
                if of_w is not None:
                    of_w[part] = product(g.t(), h)
                if of_h is not None:
                    sum_h += product(g, head.weight[part].to(dtype))
        return None if of_h is None else sum_h.to(hidden.dtype), of_w, of_b, *(None,) * 5


def _parameters(*heads: Head) -> list[Tensor | None]:
    return [parameter for head in heads for parameter in (head.weight, head.bias)]
