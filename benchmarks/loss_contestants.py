"""Ways to compute eq. 7, and its divergence over the whole vocabulary, from hidden states."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from sure_math.train.head import Head
from sure_math.train.loss import TeacherStates, TopK, teacher_topk, topk_cross_entropy


@dataclass(frozen=True)
class Workload:
    """Student states [tokens, hidden] and head; the teacher's too, and its top k."""

    hidden: Tensor
    weight: Tensor
    teacher_hidden: Tensor
    teacher_weight: Tensor
    values: Tensor
    """Log-probabilities of the teacher's top k, [tokens, k]."""
    ids: Tensor

    @property
    def teacher(self) -> TeacherStates:
        return TeacherStates(self.teacher_hidden, Head(self.teacher_weight))


Contestant = Callable[[Workload], Tensor]
"""Loss of all tokens: the mean."""


def workload(
    tokens: int, hidden: int, vocabulary: int, top_k: int, dtype: torch.dtype, device: str
) -> Workload:
    """Random heads, and logits with a spread of about 4: the top 512 hold most of the mass."""
    random = torch.Generator(device).manual_seed(0)

    def draw(*shape: int, scale: float = 1.0) -> Tensor:
        drawn = torch.randn(shape, generator=random, device=device)
        return drawn.mul_(scale).to(dtype)

    heads = [draw(vocabulary, hidden, scale=hidden**-0.5) for _ in range(2)]
    states = [draw(tokens, hidden, scale=4.0) for _ in range(2)]
    probs, ids = teacher_topk(states[1], Head(heads[1]), top_k)
    student = [each.requires_grad_() for each in (states[0], heads[0])]
    return Workload(*student, states[1], heads[1], probs.log(), ids)


# --- the teacher's top k is given -----------------------------------------------------------------


def printed_loop(work: Workload) -> Tensor:
    """Appendix A.2 of the paper, as printed."""
    student_logits = work.hidden @ work.weight.t()
    losses = [
        _token(student_logits[t], work.values[t], work.ids[t]) for t in range(len(work.values))
    ]
    return torch.stack(losses).mean()


def unbound_loop(work: Workload) -> Tensor:
    """The same over `unbind`, whose backward pass makes one [tokens, vocabulary] in all."""
    rows = zip((work.hidden @ work.weight.t()).unbind(), work.values, work.ids, strict=True)
    return torch.stack([_token(*row) for row in rows]).mean()


def _token(logits: Tensor, values: Tensor, ids: Tensor) -> Tensor:
    teacher_probs = F.softmax(values, dim=-1)
    return -(teacher_probs * F.log_softmax(logits.float(), dim=-1).gather(-1, ids)).sum(-1)


def vectorised(work: Workload) -> Tensor:
    """One log-softmax over [tokens, vocabulary]."""
    return _token(work.hidden @ work.weight.t(), work.values, work.ids).mean()


def checkpointed(work: Workload, rows: int = 256) -> Tensor:
    """The same for some tokens at a time, computed again in the backward pass."""

    def part(hidden: Tensor, values: Tensor, ids: Tensor) -> Tensor:
        return _token(hidden @ work.weight.t(), values, ids)

    parts = zip(work.hidden.split(rows), work.values.split(rows), work.ids.split(rows), strict=True)
    return torch.cat([checkpoint(part, *each, use_reentrant=False) for each in parts]).mean()


def ours(work: Workload, slab: int | None = None) -> Tensor:
    """This package."""
    teacher = TopK(work.values.exp(), work.ids)
    loss = topk_cross_entropy(work.hidden, Head(work.weight), teacher, slab=slab)
    return loss.cross_entropy.mean()


# --- from the teacher's hidden states -------------------------------------------------------------


def ours_from_states(work: Workload, top_k: int) -> Tensor:
    """This package, the teacher's top k included; 0: the divergence over the whole vocabulary."""
    loss = topk_cross_entropy(work.hidden, Head(work.weight), work.teacher, top_k=top_k)
    return (loss.cross_entropy - loss.teacher_entropy).mean()


def vectorised_divergence(work: Workload) -> Tensor:
    """Both log-softmaxes over [tokens, vocabulary]."""
    with torch.no_grad():
        log_p = F.log_softmax((work.teacher_hidden @ work.teacher_weight.t()).float(), dim=-1)
    log_q = F.log_softmax((work.hidden @ work.weight.t()).float(), dim=-1)
    return F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def trl() -> Contestant:
    """The kernel of `trl.DistillationTrainer`, forward KL."""
    from trl.kernels.chunked_divergence import ChunkedDivergenceFunction

    def divergence(work: Workload) -> Tensor:
        states = work.hidden, work.weight, None, work.teacher_hidden, work.teacher_weight, None
        found: Tensor = ChunkedDivergenceFunction.apply(*states, 0.0)[0]
        return found.mean()

    return divergence


def liger() -> Contestant:
    """Liger's fused linear JSD, forward KL; it has no other reduction than the mean."""
    from liger_kernel.chunked_loss import LigerFusedLinearJSDLoss

    def divergence(work: Workload) -> Tensor:
        loss = LigerFusedLinearJSDLoss(0.0, 1.0, beta=0.0, compiled=work.hidden.is_cuda)
        states = work.hidden, work.weight, work.teacher_hidden, work.teacher_weight
        found: Tensor = loss(*states, torch.zeros_like(work.ids[:, 0]))
        return found

    return divergence


TOP_K: dict[str, Contestant] = {
    "paper's loop, as printed": printed_loop,
    "paper's loop, unbind": unbound_loop,
    "vectorised": vectorised,
    "checkpointed, 256 tokens": checkpointed,
    "ours, slab of 4,096": partial(ours, slab=4096),
    "ours, slab of 32,768": partial(ours, slab=32768),
    "ours": ours,
}


def whole(top_k: int) -> dict[str, Contestant | str]:
    """Those that start from the teacher's hidden states; or why one cannot."""
    return {
        "vectorised": vectorised_divergence,
        "TRL's kernel": _loaded(trl),
        "Liger's fused JSD": _loaded(liger),
        f"ours, top {top_k}": partial(ours_from_states, top_k=top_k),
        "ours": partial(ours_from_states, top_k=0),
    }


def _loaded(load: Callable[[], Contestant]) -> Contestant | str:
    try:
        return load()
    except ImportError as error:
        return str(error)
