"""The few shapes that the pictures are made of; the template draws them as SVG."""

from dataclasses import dataclass, field

WIDTH = 720


@dataclass(frozen=True)
class Box:
    """A filled rectangle; `kind` is its style, `said` what a pointer over it tells."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    said: str = ""
    opacity: float = 1.0


@dataclass(frozen=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    kind: str
    said: str = ""


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True)
class Word:
    """Text on its baseline; anchor: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    kind: str = ""


@dataclass
class Picture:
    """Shapes on a canvas of `width` x `height` units; `alt` says in words what is to be seen."""

    alt: str
    height: float = 0.0
    width: float = WIDTH
    boxes: list[Box] = field(default_factory=list[Box])
    dots: list[Dot] = field(default_factory=list[Dot])
    lines: list[Line] = field(default_factory=list[Line])
    words: list[Word] = field(default_factory=list[Word])
