r"""The prompt format of the built-in models:
``<|system|>ROLE<|user|>TEXT<|assistant|>RESPONSE<|end|>``.

`CHAT_TEMPLATE` maps the pipeline's ordinary chat messages to it, so that the long prompts written
for big models work here too: the first role name in the first line of the system message decides
the role (default solve), and of the user message only the problem, or for the judge only the two
answers, is kept. A solver also sees the reference solution that stands between <reference> tags.
"""

ROLES = (
    "harder",
    "rewrite",
    "algebraize",
    "apply",
    "compose",
    "competition",
    "judge",
    "solve",
)
PAD, BEGIN, END = "<|pad|>", "<|bos|>", "<|end|>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"
SPECIAL_TOKENS = (PAD, BEGIN, END, SYSTEM, USER, ASSISTANT)
TAGS = ("<problem>", "</problem>", "<answer_form>", "</answer_form>")

CHAT_TEMPLATE = """\
{%- set roles = ['harder', 'rewrite', 'algebraize', 'apply', 'compose', 'competition',
                 'judge', 'solve'] -%}
{%- set found = namespace(role='', word='', reference='') -%}
{%- if messages and messages[0]['role'] == 'system' -%}
{%- set line = (messages[0]['content'] | trim).split('\\n')[0] | lower -%}
{%- for letter in (line ~ ' ') -%}
{%- if letter in 'abcdefghijklmnopqrstuvwxyz' -%}
{%- set found.word = found.word ~ letter -%}
{%- else -%}
{%- if not found.role and found.word in roles -%}{%- set found.role = found.word -%}{%- endif -%}
{%- set found.word = '' -%}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- set role = found.role or 'solve' -%}
<|system|>{{ role }}
{%- for message in messages -%}
{%- set content = message['content'] | trim -%}
{%- if role == 'solve' and '<reference>' in content -%}
{%- set found.reference = content.split('<reference>')[-1].split('</reference>')[0] | trim -%}
{%- endif -%}
{%- if message['role'] == 'user' -%}
{%- if role == 'judge' and 'Answer A:' in content -%}
{%- set content = 'Answer A:' ~ content.split('Answer A:')[-1] -%}
{%- elif '<problem>' in content -%}
{%- set content = content.split('<problem>')[-1].split('</problem>')[0] | trim -%}
{%- if found.reference -%}
{%- set content = content ~ '\\nReference solution: ' ~ found.reference -%}
{%- endif -%}
{%- endif -%}
<|user|>{{ content | trim }}
{%- elif message['role'] == 'assistant' -%}
<|assistant|>{{ content }}<|end|>
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"""


def prompt(role: str, user: str) -> str:
    """The text a built-in model continues."""
    return f"{SYSTEM}{role}{USER}{user}{ASSISTANT}"


def with_reference(problem: str, reference: str) -> str:
    """The user text of a solver that sees a reference solution."""
    return f"{problem}\nReference solution: {reference}"


def evolved(text: str, form: str) -> str:
    """An evolver's response: the new problem and the form of its answer."""
    return f"<problem>{text}</problem>\n<answer_form>{form}</answer_form>"
