"""What must hold of the case before it is printed; each check says what is wrong in words, or nothing."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from build123d import Edge, Part, Shape, offset

from case import contents as c
from case import shape as s
from case.thickness import thinnest_mm

MAX_OUTER_MM = (66.0, 62.0, 16.5)
MIN_WALL_MM = 1.2
MAX_MASS_G = 50.0
PETG_G_CM3 = 1.27
SOLID_SHARE = 1.0  # a print with thin walls is nearly solid
_NOTHING_MM3 = 0.05
_MESH_MM = 0.02  # what the mesh of a curve may lack
_SHARP_DEG = 20.0


def common_mm3(a: Part, b: Part) -> float:
    """Return the volume that two bodies share."""
    both = a & b
    return 0.0 if both is None else float(sum(solid.volume for solid in both.solids()))


def contents() -> dict[str, Part]:
    """Return every part that goes in, by name."""
    return {item.name: _body(item) for item in c.CONTENTS}


def _body(item: c.Content, free: float = 0.0) -> Part:
    """Return a part with free room at its sides."""
    (x, y, z), (width, depth, height) = item.corner, item.size
    if item.is_round:
        return s.rod(x + width / 2, y + depth / 2, z, z + height, width / 2 + free)
    return s.box((x - free, y - free, z), (width + 2 * free, depth + 2 * free, height))


def overlapping_contents(parts: Mapping[str, Part]) -> list[str]:
    """Tell which two parts need the same room; the socket and the LED's flange touch what they belong to."""
    return [
        f"{one} and {other} overlap by {volume:.1f} mm3"
        for one, other in combinations(parts, 2)
        if (volume := common_mm3(parts[one], parts[other])) > _NOTHING_MM3
    ]


def touching_walls(halves: Mapping[str, Part]) -> list[str]:
    """Tell which part, with the free room that it asks for at its sides, runs into a half; it may rest on pads."""
    told: list[str] = []
    for item in c.CONTENTS:
        grown = _body(item, item.clearance * 0.99)
        for name, half in halves.items():
            if (volume := common_mm3(grown, half)) > _NOTHING_MM3:
                told.append(f"{item.name}, with {item.clearance} mm around it, is {volume:.1f} mm3 into the {name}")
    return told


def overlapping_halves(base: Part, lid: Part) -> list[str]:
    """Tell whether base and lid need the same room when closed."""
    volume = common_mm3(base, lid)
    return [f"base and lid overlap by {volume:.1f} mm3"] if volume > _NOTHING_MM3 else []


def blocked_plug(base: Part) -> list[str]:
    """Tell whether the largest USB-C plug is stopped by the base before its sleeve is in the recess."""
    width, height = c.PLUG_SIZE
    start = c.LEFT - s.WALL - 20
    plug = s.box((start, c.USB_Y - width / 2, c.USB_Z - height / 2), (20 + 1.2, width, height))
    volume = common_mm3(plug, base)
    return [f"the USB plug runs into the base ({volume:.1f} mm3)"] if volume > _NOTHING_MM3 else []


def thin_walls(hull: Part) -> list[str]:
    """Tell whether less than the thinnest wall lies between the room inside and the outside, at any place.

    The room inside, grown by that wall in every direction, must lie within the closed case's outside. What is left
    beside openings, pockets and lips is for `thin_prints`.
    """
    grown = offset(s.cavity(), MIN_WALL_MM)
    outside = sum(solid.volume for solid in (grown - hull).solids())
    return [f"a wall is thinner than {MIN_WALL_MM} mm ({outside:.2f} mm3)"] if outside > _NOTHING_MM3 else []


def sharp_edges(hull: Part) -> list[str]:
    """Tell how many edges of the closed outside stand out at an angle: all must be rounded, for skin and film."""
    count = sum(1 for edge in hull.edges() if _stands_out(hull, edge))
    return [f"{count} sharp outer edges"] if count else []


def _stands_out(hull: Part, edge: Edge) -> bool:
    at = edge.position_at(0.5)
    faces = [face for face in hull.faces() if any(edge.is_same(e) for e in face.edges())]
    if len(faces) != 2:
        return False
    one, other = (face.normal_at(at) for face in faces)
    if one.get_angle(other) < _SHARP_DEG:
        return False
    # Across an inward corner (rim to wall) one comes into the body; across one that stands out, into the air.
    return not hull.is_inside(at + (one - other).normalized() * 0.05)


def too_large(halves: Mapping[str, Part]) -> list[str]:
    """Tell which half is larger than the film leaves room for."""
    told: list[str] = []
    for name, half in halves.items():
        size, top = half.bounding_box().size, half.bounding_box().max.Z
        if any(have > most for have, most in zip((size.X, size.Y, top), MAX_OUTER_MM, strict=True)):
            told.append(f"{name} is {size.X:.1f} x {size.Y:.1f} mm and ends {top:.1f} mm above the skin")
    return told


def mass_g(halves: Mapping[str, Part]) -> float:
    """Return the estimated mass of a node: a base, the lid, what is inside, and 3 g of wire, foam and screws."""
    plastic = sum(half.volume for half in halves.values()) / 1000 * PETG_G_CM3 * SOLID_SHARE
    return plastic + sum(item.mass_g for item in c.CONTENTS) + 3.0


def film_margins_mm(film: tuple[float, float] = (120.0, 100.0)) -> tuple[float, float]:
    """Return how far the upper film, laid over lid, walls and rim, reaches onto the skin at each end and side."""
    climb = 2 * (s.TOP_Z - s.RIM_Z + s.RIM)  # up the walls, and over the rim
    return (film[0] - s.OUTER_X - climb) / 2, (film[1] - s.OUTER_Y - climb) / 2


def share_filled() -> float:
    """Return how much of the room inside the parts take; the rest is for wires."""
    return sum(box.volume for box in contents().values()) / s.cavity().volume


def broken(halves: Mapping[str, Part]) -> list[str]:
    """Tell which half is no single closed body."""
    return [n for n, half in halves.items() if not half.is_valid or len(half.solids()) != 1 or half.volume <= 0]


def leaky_meshes(files: list[Path]) -> list[str]:
    """Tell which STL file is not watertight, or of more than one piece."""
    import trimesh

    told: list[str] = []
    for path in files:
        mesh = trimesh.load_mesh(path)
        if not mesh.is_watertight or not mesh.is_winding_consistent or mesh.body_count != 1:
            told.append(f"{path.name} is not watertight")
    return told


def thin_prints(files: list[Path]) -> list[str]:
    """Tell which STL file has a wall, lip or web that is too thin to print, and where."""
    told: list[str] = []
    for path in files:
        thinnest, at = thinnest_mm(path)
        if thinnest < MIN_WALL_MM - _MESH_MM:
            told.append(f"{path.name} is {thinnest:.2f} mm thin at {', '.join(f'{value:.1f}' for value in at)}")
    return told


def problems(halves: Mapping[str, Shape]) -> Iterator[str]:
    """Yield all that is wrong with `base (film)`, `base (strap)` and `lid`."""
    parts = contents()
    yield from overlapping_contents(parts)
    yield from broken(halves)
    yield from touching_walls(halves)
    yield from too_large(halves)
    for kind in ("film", "strap"):
        hull = s.hull(kind)
        base = halves[f"base ({kind})"]
        yield from (f"{kind}: {told}" for told in overlapping_halves(base, halves["lid"]))
        yield from (f"{kind}: {told}" for told in blocked_plug(base))
        yield from (f"{kind}: {told}" for told in thin_walls(hull))
        yield from (f"{kind}: {told}" for told in sharp_edges(hull))
    mass = mass_g({"base": halves["base (film)"], "lid": halves["lid"]})
    if mass > MAX_MASS_G:
        yield f"a node weighs {mass:.0f} g"
