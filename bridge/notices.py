"""Every sentence that bridge itself says to people in a thread: what happened, and what they can do next."""

from __future__ import annotations

from bridge.errors import (
    BridgeError,
    ChatbotBusy,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
    MessageRefused,
    SessionRefused,
)

HELP = (
    "Mention me with a question, or write to me directly, and I will pass it to the chatbot. In this thread you can "
    "simply go on writing.\n\n"
    "- `new` starts a fresh conversation\n"
    "- `stop` stops the answer that is being written\n"
    "- `help` shows this"
)
FRESH = "A fresh conversation starts with your next message."
STOPPED = "Stopped. Write again whenever you like."
NOTHING_TO_STOP = "Nothing is being written here right now."
FORGOTTEN = (
    "The chatbot no longer has the earlier part of this conversation, so it begins anew here. "
    "Repeat what it should know."
)
REASSIGNED = "Another chatbot answers here now. It does not know the earlier part of this conversation."
REMOVED = (
    "The chatbot of this conversation is not set up here any more, so nobody can answer. The conversation is kept: "
    "once whoever runs this bot has set it up again, simply go on writing here."
)
UNROUTED = (
    "I am here, but nobody has set up a chatbot for this place yet. "
    "Whoever runs this bot can add a route for it to its configuration."
)
FILE_NOT_READ = "I cannot read files yet, so I left {names} out. Paste the text that matters into a message instead."
TEXT_WITHHELD = (
    "I could not read that message: this bot may only see messages that mention it. Mention me and ask again."
)
ELSEWHERE = "I could not post this answer where you asked for it, so here it is."
CONTINUED = "The answer is too long for this thread. The rest of it, about {words} words, is in this file."
UNAVAILABLE = "The chatbot cannot be reached at the moment. Please ask again in a few minutes."
BUSY = "The chatbot has too much to do at the moment. Please ask again in a minute."
MISCONFIGURED = "The chatbot is not set up correctly, so I cannot ask it. Please tell whoever runs this bot."
REFUSED = "The chatbot did not accept this message. Try asking it in another way."
FAILED = "The chatbot could not finish its answer. Please ask again."
UNCERTAIN = "Something went wrong while you were being answered, and I cannot tell how far it got. Please ask again."
EMPTY = "The chatbot had nothing to say to this. Try asking it in another way."
APPROVAL = (
    "The chatbot asks for approval before it goes on: **{title}**\n\nIt cannot be given here yet. "
    "Open this conversation at the chatbot's own site to approve or deny it, or write `stop` to leave it."
)
REAUTHORIZATION = (
    "The chatbot needs somebody to sign in again before it can go on: **{title}**{link}\n\n"
    "Do that at the chatbot's own site, or write `stop` to leave it."
)
STILL_WAITING = "I am still waiting for the approval asked for above. Your message comes next. `stop` ends the wait."
WAITED_TOO_LONG = "Nobody answered the request above in time, so I ended it. Ask again whenever you like."


def of(error: BridgeError) -> str:
    """What to say when `error` ended a turn: its own notice, or the sentence for its kind."""
    if error.notice:
        return error.notice
    for kind, sentence in _BY_ERROR.items():
        if isinstance(error, kind):
            return sentence
    return FAILED


_BY_ERROR: dict[type[BridgeError], str] = {
    ChatbotUnavailable: UNAVAILABLE,
    ChatbotBusy: BUSY,
    ChatbotUnauthorized: MISCONFIGURED,
    ChatbotNotFound: MISCONFIGURED,
    SessionRefused: UNAVAILABLE,
    MessageRefused: REFUSED,
}
