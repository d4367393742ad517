"""Builds the case, checks it, and writes STL and STEP files of every half.

make case                     into build/case
make case ARGS=--picture      and draws hardware/case.png anew
"""

import sys
from pathlib import Path

from build123d import Part, Rot, export_step, export_stl

from case import checks, shape

PICTURE = Path(__file__).parents[1] / "case.png"


def main(arguments: list[str]) -> int:
    """Return 0, or 1 if a check failed; where one of the shapes did, no file is written."""
    folder = Path(next((a for a in arguments if not a.startswith("-")), "build/case"))
    halves = {"base (film)": shape.base("film"), "base (strap)": shape.base("strap"), "lid": shape.lid()}
    wrong = list(checks.problems(halves))
    if not wrong:
        files = write(halves, folder)
        wrong = [*checks.leaky_meshes(files), *checks.thin_prints(files)]
    for told in wrong:
        print(f"case: {told}", file=sys.stderr)
    if wrong:
        return 1
    for name, half in halves.items():
        size = half.bounding_box().size
        print(f"{name:13} {size.X:5.1f} x {size.Y:5.1f} x {size.Z:5.1f} mm  {half.volume / 1000:5.1f} cm3")
    mass = checks.mass_g({"base": halves["base (film)"], "lid": halves["lid"]})
    print(f"a node weighs about {mass:.0f} g; parts fill {checks.share_filled():.0%} of the room inside")
    print(f"STL and STEP files in {folder}")
    if "--picture" in arguments:
        from case.picture import draw

        draw(halves, PICTURE)
    return 0


def write(halves: dict[str, Part], folder: Path) -> list[Path]:
    """Write each half as STL and STEP, as it lies on the printer; return the STL files."""
    folder.mkdir(parents=True, exist_ok=True)
    meshes: list[Path] = []
    for name, half in halves.items():
        plain = name.replace(" (", "_").replace(")", "")
        lying = Rot(180, 0, 0) * half if name == "lid" else half
        meshes.append(folder / f"{plain}.stl")
        export_stl(lying, meshes[-1], tolerance=0.01)
        export_step(lying, folder / f"{plain}.step")
    return meshes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
