"""What a template is, once it has been read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Quote
from legal_rules.terms import Label
from letters.blocks import Block, Runs, names_in, runs_of

KINDS: dict[str, Label] = {
    "acknowledgement": Label("投诉收悉", "Acknowledgement"),
    "acceptance": Label("投诉受理", "Acceptance"),
    "non_acceptance": Label("投诉不予受理", "Complaint not taken up"),
    "documents": Label("请补充材料", "Request for documents"),
    "delay": Label("延期告知", "Notice of delay"),
    "resolution": Label("处理意见", "Resolution"),
    "reminder": Label("请您答复", "Reminder"),
    "closing": Label("办结告知", "Closing"),
    "satisfaction": Label("满意度回访", "Satisfaction"),
    "rights": Label("个人信息权利请求答复", "Personal information request"),
}
LANGUAGES: dict[str, Label] = {"zh": Label("中文", "Chinese"), "en": Label("英文", "English")}
CHANNELS: dict[str, Label] = {
    "letter": Label("信函", "letter"),
    "email": Label("电子邮件", "e-mail"),
    "sms": Label("短信", "text message"),
}


@dataclass(frozen=True)
class Option:
    """A part of the letter to tick; `on`: ticked unless somebody says otherwise."""

    id: str
    title: str
    on: bool


@dataclass(frozen=True)
class Section:
    """Blocks that stand always (`option` "") or while an option is ticked."""

    option: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Template:
    """One kind of letter in one language. Its variables are runs with a name."""

    kind: str
    language: str
    heading: Runs
    subject: Runs
    sms: Runs
    basis: tuple[Quote, ...]
    channels: tuple[str, ...]
    options: tuple[Option, ...]
    sections: tuple[Section, ...]
    file: str
    source: str
    sha256: str

    @property
    def id(self) -> str:
        """resolution.zh"""
        return f"{self.kind}.{self.language}"

    @property
    def title(self) -> Label:
        """What it is called: 处理意见（中文）."""
        kind, language = KINDS[self.kind], LANGUAGES[self.language]
        return Label(f"{kind.zh}（{language.zh}）", f"{kind.en} ({language.en})")

    @property
    def content(self) -> str:
        """The whole text, which counsel signs."""
        return self.source

    @property
    def usual(self) -> frozenset[str]:
        """The options that are ticked from the start."""
        return frozenset(option.id for option in self.options if option.on)

    def blocks(self, options: Collection[str]) -> Iterator[Block]:
        """The blocks with these options ticked."""
        for section in self.sections:
            if not section.option or section.option in options:
                yield from section.blocks

    def names(self, options: Collection[str] | None = None) -> tuple[str, ...]:
        """The variables it needs with these options; with every option where None."""
        chosen = {o.id for o in self.options} if options is None else options
        words = (run.name for run in (*self.heading, *self.subject, *self.sms) if run.name)
        return tuple(dict.fromkeys((*words, *names_in(self.blocks(chosen)))))

    def cited(self, lang: str) -> list[str]:
        """《消费者权益保护法》第三十九条 / Consumer Law, Article 39."""
        return [cite(quote, lang) for quote in self.basis]


def said_by(block: Block) -> str:
    """The words of a block, variables left out."""
    return "".join(run.text for run in runs_of(block))
