"""What the sandbox's chatbots say. Pure: the same question in the same conversation has the same answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 200_000
"""The most characters that anybody can ask for."""

GUIDE = """\
# bridge, in a few minutes

**bridge** brings hosted chatbots into Slack and Discord. An operator writes one TOML file that says which channel \
talks to which chatbot. People mention the bot or write to it directly; every thread becomes one conversation with the \
chatbot, and the answer appears in the thread while it is being written.

## What you can do right here

- Mention the bot in a channel: it answers in a thread beside your question.
- Go on writing in that thread. No further mention is needed, and the chatbot remembers what was said.
- Write to the bot directly: a direct conversation works like a thread.
- Three plain words are for the bot itself:
  1. `new` starts a fresh conversation,
  2. `stop` stops the answer that is being written,
  3. `help` says all this in short.

## Who does what

| Part | What it does | Where it lives |
|---|---|---|
| platform | carries messages between people and the bot | Slack, Discord |
| route | says which chatbot answers in which channel | the TOML file |
| session | remembers one conversation | the chatbot service |
| binding | ties a thread to its session | the database |

## A first configuration

The smallest file that does something names a platform, a chatbot and a route:

```toml
[platforms.slack]
bot_token = { env = "SLACK_BOT_TOKEN" }
app_token = { env = "SLACK_APP_TOKEN" }

[providers.vectorshift]
api_key = { env = "VECTORSHIFT_API_KEY" }

[chatbots.support]
name = "My Chatbot"

[[routes]]
channels = ["#help"]
chatbot = "support"
```

Then let it check itself, and start it:

```sh
bridge check --live    # tokens, scopes, channels and chatbots, one line each
bridge run
```

## What it promises

- **Nothing is lost.** A message is stored before the platform is told that it arrived, so a restart forgets nothing.
- **One question, one answer.** Platforms deliver some events twice; you will not see the answer twice.
- **In order.** Messages of one thread are answered in the order in which they were sent, and threads do not wait for \
each other.
- **All of it.** An answer that is too long for one message continues in the next, with code and tables intact.
- **Never silent.** When something goes wrong, the thread says so and says what to do.

## How an answer reaches you

A chatbot writes word by word, but Slack and Discord allow only so many changes per minute. So bridge keeps the newest \
text at hand, shows as much of it as often as the platform permits, and always shows the end at once:

```python
async for event in session.listen():
    if reply.apply(event):      # a word more, or the whole text
        screen.changed()        # shown as soon as the platform allows
```

> Edits are spread evenly while an answer is written. Many threads at once share what the platform allows, and a
> finished answer goes first.

### Good to know

1. Each thread has its own memory. Begin a new thread for a new subject.
2. If the chatbot is away, you are told within a minute, and your next message works as soon as it is back.
3. After a restart, an answer that was half written is finished in the same message.

Ask me anything else, for example *"What did I say first?"*, or ask for a *long 5000* answer to see how long texts are \
placed.
"""


def remembered(earlier: Sequence[str], question: str) -> str | None:
    """The answer to a question about the conversation itself; None when it is about something else."""
    asked = question.lower()
    if "did i say" not in asked and "did i ask" not in asked:
        return None
    if not earlier:
        return "This is the first thing you have said to me."
    if "first" in asked:
        return f'The first thing you said was: "{earlier[0]}"'
    return f'Before this, you said: "{earlier[-1]}"'


def echo_answer(question: str, turn: int) -> str:
    """What `echo` says to its `turn`-th question, counted from 1."""
    return f"You said: {question}\n\n(turn {turn} of this conversation)"


def guide_answer(question: str) -> str:
    """What `guide` says: the guide, or a text of the length that is asked for with "long 5000"."""
    wanted = re.search(r"\blong (\d{1,6})\b", question)
    return long_answer(min(int(wanted.group(1)), LONGEST)) if wanted else GUIDE.strip()


def revised_answer(question: str) -> str:
    """What `guide` says in the end after all, with "revised to 3000"; empty when it stays with what it said."""
    wanted = re.search(r"\brevised to (\d{1,6})\b", question)
    return long_answer(min(int(wanted.group(1)), LONGEST)) if wanted else ""


def slow_answer(question: str) -> str:
    """What `slow` says."""
    return f"Let me think about {question.rstrip('?!. ')}. I take my time, one word after the other, and here it is."


def long_answer(length: int) -> str:
    """Markdown of exactly `length` characters, with headings, code, tables and lists, all of them closed."""
    blocks: list[str] = []
    room = length
    while len(block := _block(len(blocks) + 1)) <= room - 100:
        blocks.append(block)
        room -= len(block)
    return "".join(blocks) + _filler(room)


def _block(number: int) -> str:
    match number % 4:
        case 1:
            return f"## Section {number}\n\nParagraph {number} says **one thing** plainly, and then *another* one.\n\n"
        case 2:
            lines = "\n".join(f'    print("line {number}.{line}")' for line in range(1, 9))
            return f"```python\ndef section_{number}() -> None:\n{lines}\n```\n\n"
        case 3:
            rows = "\n".join(f"| item {number}.{row} | {number * row} | yes |" for row in range(1, 9))
            return f"| Name | Count | Ready |\n|---|---|---|\n{rows}\n\n"
        case _:
            return "".join(f"- point {number}.{point} of the list\n" for point in range(1, 9)) + "\n"


def _filler(length: int) -> str:
    words = "The end goes on until it is as long as was asked for. "
    return (words * (length // len(words) + 1))[: max(0, length - 1)] + "." * min(1, length)
