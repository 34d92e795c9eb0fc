"""Pictures as planes of numbers: looked at between their pixels, through maps of the plane."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]
Plane = NDArray[np.float32]
Planes = NDArray[np.float32]
"""Colour by colour."""


def planes_of(picture: Image.Image) -> Planes:
    """Red, green and blue, 0 to 255."""
    return np.ascontiguousarray(np.asarray(picture, np.float32).transpose(2, 0, 1))


def through(at: Matrix, points: Points) -> Points:
    """Where a map takes these places."""
    found = np.column_stack([points, np.ones(len(points))]) @ at.T
    places: Points = found[:, :2] / found[:, 2:]
    return places


def sampled(planes: Planes, places: Points) -> NDArray[np.float64]:
    """The colours there, between the pixels whose middles lie half a pixel in; the border goes on outside."""
    high, wide = planes.shape[1:]
    x = np.clip(places[:, 0] - 0.5, 0, wide - 1.001)
    y = np.clip(places[:, 1] - 0.5, 0, high - 1.001)
    x0, y0 = x.astype(np.int64), y.astype(np.int64)
    fx, fy = x - x0, y - y0
    above = planes[:, y0, x0] * (1 - fx) + planes[:, y0, x0 + 1] * fx
    below = planes[:, y0 + 1, x0] * (1 - fx) + planes[:, y0 + 1, x0 + 1] * fx
    found: NDArray[np.float64] = above * (1 - fy) + below * fy
    return found


def blurred(plane: Plane, sigma_px: float) -> Plane:
    """Of a plane from 0 to 1.25 or so, in steps of a two hundredth."""
    page = Image.fromarray(np.clip(plane * 200 + 0.5, 0, 255).astype(np.uint8))
    return np.asarray(page.filter(ImageFilter.GaussianBlur(sigma_px)), np.float32) / np.float32(200)


def spread_max(plane: Plane, reach: int) -> Plane:
    """The most within so many pixels each way."""
    for axis in (0, 1):
        done = 0
        while done < reach:
            step = min(reach - done, done or 1)
            back, on = np.roll(plane, step, axis), np.roll(plane, -step, axis)
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, step)
            back[tuple(edge)] = plane[tuple(edge)]
            edge[axis] = slice(-step, None)
            on[tuple(edge)] = plane[tuple(edge)]
            plane = np.maximum(plane, np.maximum(back, on))
            done += step
    return plane
