"""`url`, `translate` and `static` of templates as Django has them, and quicker: each stands on a
page a hundred times. They take the place of Django's own, so that templates are written as
everywhere.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as _url
from django.templatetags import i18n
from django.templatetags import static as files
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from config import addresses, quick_words

register = template.Library()  # among the builtins, after Django's


class Address(URLNode):
    """Without named arguments; there are no namespaces."""

    def render(self, context: Context) -> str:
        args = [each.resolve(context) for each in self.args]
        try:
            found = addresses.address(self.view_name.resolve(context), *args)
        except NoReverseMatch:
            if self.asvar is None:
                raise
            found = ""
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> Any:
    """As Django's."""
    node = _url(parser, token)
    return node if node.kwargs else Address(node.view_name, node.args, {}, node.asvar)


class Word(template.Node):
    """A text that stands in the template: looked up once in each language."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.asvar, self.known = node.asvar, dict[Any, str]()
        self.node = copy(node)
        self.node.asvar = None

    def render(self, context: Context) -> str:
        language = get_language()
        if (word := self.known.get(language)) is None:
            word = self.known[language] = self.node.render(context)
        if not self.asvar:
            return word
        context[self.asvar] = word
        return ""


def _stands(found: FilterExpression | None) -> bool:
    """Whether it is the same on each page."""
    return found is None or not (found.filters or getattr(found.var, "lookups", None))


def translate(parser: Parser, token: Token) -> Any:
    """As Django's."""
    node = i18n.do_translate(parser, token)
    same = _stands(node.filter_expression) and _stands(node.message_context)
    return Word(node) if same and not node.noop else node


class File(files.StaticNode):
    """The address of a static file."""

    @classmethod
    def handle_simple(cls, path: str) -> str:
        """As Django's."""
        return addresses.static(path)


def static(parser: Parser, token: Token) -> Any:
    """As Django's."""
    return File.handle_token(parser, token)


quick_words.take_over()
# of the libraries that templates load
i18n.register.tag("trans", translate)
i18n.register.tag("translate", translate)
files.register.tag("static", static)
