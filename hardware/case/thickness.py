"""How thick the printed walls are, by rays through the mesh: sees openings, pockets and lips too."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_PLACES = 1200
_SEED = 1
_START_MM = 1e-3


def thinnest_mm(path: Path) -> tuple[float, Floats]:
    """Return the thinnest wall of an STL file at places drawn at random, always the same ones, and where it is.

    At each place of the surface: the way straight inward to the next surface.
    """
    import trimesh

    mesh = trimesh.load_mesh(path)
    places, faces = trimesh.sample.sample_surface(mesh, _PLACES, seed=_SEED)
    triangles = np.asarray(mesh.triangles)
    inward = -np.asarray(mesh.face_normals)[faces]
    found = [_way_mm(at + to * _START_MM, to, triangles) for at, to in zip(places, inward, strict=True)]
    return min(found), places[int(np.argmin(found))]


def _way_mm(start: Floats, to: Floats, triangles: Floats) -> float:
    """Return how far a ray goes to the first of the triangles (Moeller and Trumbore, 1997)."""
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    across = np.cross(to, second)
    determinant = np.einsum("ij,ij->i", first, across)
    meets = np.abs(determinant) > 1e-9
    scale = 1 / np.where(meets, determinant, 1)
    offset = start - triangles[:, 0]
    u = scale * np.einsum("ij,ij->i", offset, across)
    turned = np.cross(offset, first)
    v = scale * (turned @ to)
    way = scale * np.einsum("ij,ij->i", second, turned)
    hit = meets & (u >= 0) & (v >= 0) & (u + v <= 1) & (way > 1e-4)
    return float(way[hit].min(initial=np.inf))
