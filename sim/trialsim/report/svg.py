"""A matplotlib SVG made fit to stand in a page among others."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markupsafe import Markup

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LOOK = ("d", "points", "transform", "x", "y", "width", "height")
"""Attributes that are numbers, never references: they need not be searched."""


def inline(svg: str, name: str, alt: str) -> Markup:
    """The SVG as an element of a page: no references outside, identifiers that begin with `name`,
    the figure in words for those who do not see it."""
    root = ElementTree.fromstring(svg)  # of our own making; comments go, text is escaped again
    for parent in list(root.iter()):
        for child in list(parent):
            # Metadata and title repeat what the page says; the style would hold for all of it.
            if _plain(child.tag) in ("metadata", "title", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _plain(element.tag)
        attributes = {_plain(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib |= {key: _own(key, value, name) for key, value in attributes.items()}
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"role": "img", "aria-label": alt, "class": "drawing"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _plain(tag: str) -> str:
    """A name without its namespace, which HTML knows by itself."""
    return tag.rpartition("}")[2]


def _own(key: str, value: str, name: str) -> str:
    """An attribute whose identifiers belong to this figure alone."""
    if key in _LOOK:
        return value
    if key == "id":
        return f"{name}-{value}"
    if key == "href":
        return f"#{name}-{value.removeprefix('#')}"
    return _REFERENCE.sub(rf"url(#{name}-\1)", value)
