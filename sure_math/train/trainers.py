"""The trainer of a plan: ours for the methods with a teacher, TRL's for GRPO."""

from typing import Any

from transformers import AutoTokenizer, PrinterCallback

from sure_math.train.arguments import distillation_config, grpo_config
from sure_math.train.plan import Plan


def build(plan: Plan) -> Any:
    """Load the models and put a trainer together; nothing is trained yet."""
    recipe = plan.recipe
    tokenizer = AutoTokenizer.from_pretrained(
        recipe.student.place, revision=recipe.student.revision, padding_side="left"
    )
    given = (recipe, plan.root, plan.processes, plan.steps)
    if recipe.teaching is None:
        from sure_math.train.grpo import LabelTrainer

        trainer: Any = LabelTrainer(
            model=recipe.student.place,
            args=grpo_config(*given),
            train_dataset=plan.rows.select(plan.order),
            processing_class=tokenizer,
            builtin=recipe.rollout.engine == "builtin",
        )
    else:
        from sure_math.train.trainer import UOPDTrainer

        trainer = UOPDTrainer(
            model=recipe.student.place,
            teacher_model=recipe.teaching.place,
            args=distillation_config(*given),
            train_dataset=plan.rows,
            processing_class=tokenizer,
        )
    trainer.remove_callback(PrinterCallback)
    return trainer
