"""Shared sampling (Gastal & Oliveira 2010): alpha from pairs of a known object and a known background colour.

Every unknown pixel looks along a few rays for colours of both kinds; the rays of its neighbours look elsewhere, so that a
small neighbourhood has seen many. Each chooses its best pair, then the best of what its neighbours chose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.matting.problem import Plane, Problem
from masking_core.progress import report

RAYS = 4
TURNS = 9
LONGEST = 400

REFINE, SMOOTH = 7, 5
KEEP = 3


class Sampled(NamedTuple):
    alpha: Plane
    confidence: Plane
    pairs: NDArray[np.float32]


def sampled(problem: Problem) -> Sampled:
    unknown = np.argwhere(problem.unknown).astype(np.int32)
    index = np.full(problem.unknown.shape, -1, np.int32)
    index[problem.unknown] = np.arange(len(unknown), dtype=np.int32)
    rgb = np.ascontiguousarray(problem.rgb, np.float32)
    report(0, "s")
    first = _gathered(rgb, index, problem.alpha, unknown)
    report(0.3, "s")
    second = _refined(rgb, index, unknown, first)
    report(0.6, "s")
    alpha, confidence = _smoothed(rgb, index, unknown, second, problem.alpha)
    return Sampled(alpha, confidence, second)


@njit(inline="always")
def _opacity(c, f, b):
    """Alpha of c between f and b, and squared distance from the mixture."""
    d0, d1, d2 = f[0] - b[0], f[1] - b[1], f[2] - b[2]
    e0, e1, e2 = c[0] - b[0], c[1] - b[1], c[2] - b[2]
    n = d0 * d0 + d1 * d1 + d2 * d2
    a = (e0 * d0 + e1 * d1 + e2 * d2) / (n + np.float32(1e-3))
    a = min(max(a, np.float32(0)), np.float32(1))
    r0, r1, r2 = e0 - a * d0, e1 - a * d1, e2 - a * d2
    return a, r0 * r0 + r1 * r1 + r2 * r2


@njit(cache=True, nogil=True)
def _gathered(rgb, index, known, unknown):
    """(n, 8): f, b, variance?"""
    height, width = index.shape
    n = unknown.shape[0]
    out = np.full((n, 6), np.nan, np.float32)
    fs = np.empty((RAYS, 5), np.float32)
    bs = np.empty((RAYS, 5), np.float32)
    for k in range(n):
        i, j = unknown[k, 0], unknown[k, 1]
        nf = nb = 0
        ef = eb = np.float32(1e9)
        turn = ((i % 3) * 3 + j % 3) / TURNS
        for r in range(RAYS):
            angle = 2 * np.pi * (r + turn) / RAYS
            dy, dx = np.sin(angle), np.cos(angle)
            y, x = float(i), float(j)
            py, px = i, j
            cost = np.float32(0)
            has_f = has_b = False
            for step in range(LONGEST):
                y += dy
                x += dx
                yy, xx = int(np.rint(y)), int(np.rint(x))
                if yy < 0 or xx < 0 or yy >= height or xx >= width:
                    break
                g0 = rgb[yy, xx, 0] - rgb[py, px, 0]
                g1 = rgb[yy, xx, 1] - rgb[py, px, 1]
                g2 = rgb[yy, xx, 2] - rgb[py, px, 2]
                cost += g0 * g0 + g1 * g1 + g2 * g2
                py, px = yy, xx
                if index[yy, xx] < 0:
                    if known[yy, xx] >= 0.5:
                        if not has_f:
                            has_f = True
                            for c in range(3):
                                fs[nf, c] = rgb[yy, xx, c]
                            fs[nf, 3] = np.sqrt(np.float32((yy - i) ** 2 + (xx - j) ** 2))
                            ef = min(ef, cost)
                            nf += 1
                    elif not has_b:
                        has_b = True
                        for c in range(3):
                            bs[nb, c] = rgb[yy, xx, c]
                        bs[nb, 3] = np.sqrt(np.float32((yy - i) ** 2 + (xx - j) ** 2))
                        eb = min(eb, cost)
                        nb += 1
                    if has_f and has_b:
                        break
        if nf == 0 or nb == 0:
            continue
        prior = (eb + np.float32(1)) / (ef + eb + np.float32(2))
        best = np.float32(np.inf)
        for f in range(nf):
            for b in range(nb):
                total = np.float32(0)
                for y in range(max(i - 1, 0), min(i + 2, height)):
                    for x in range(max(j - 1, 0), min(j + 2, width)):
                        total += _opacity(rgb[y, x], fs[f], bs[b])[1]
                a = _opacity(rgb[i, j], fs[f], bs[b])[0]
                ap = prior + (1 - 2 * prior) * a
                obj = (
                    np.log(total + np.float32(1)) * 3
                    + 2 * np.log(ap + np.float32(1e-3))
                    + np.log(fs[f, 3])
                    + 4 * np.log(bs[b, 3])
                )
                if obj < best:
                    best = obj
                    for c in range(3):
                        out[k, c] = fs[f, c]
                        out[k, 3 + c] = bs[b, c]
    return out


@njit(cache=True, nogil=True)
def _refined(rgb, index, unknown, first):
    height, width = index.shape
    n = unknown.shape[0]
    out = np.full((n, 9), np.nan, np.float32)
    ids = np.empty(KEEP, np.int64)
    errs = np.empty(KEEP, np.float32)
    for k in range(n):
        i, j = unknown[k, 0], unknown[k, 1]
        errs[:] = np.inf
        ids[:] = -1
        for y in range(max(i - REFINE, 0), min(i + REFINE + 1, height)):
            for x in range(max(j - REFINE, 0), min(j + REFINE + 1, width)):
                q = index[y, x]
                if q < 0 or np.isnan(first[q, 0]):
                    continue
                e = _opacity(rgb[i, j], first[q, :3], first[q, 3:])[1]
                if e < errs[KEEP - 1]:
                    s = KEEP - 1
                    while s > 0 and e < errs[s - 1]:
                        errs[s] = errs[s - 1]
                        ids[s] = ids[s - 1]
                        s -= 1
                    errs[s] = e
                    ids[s] = q
        m = 0
        for s in range(KEEP):
            if ids[s] >= 0:
                m += 1
        if m == 0:
            continue
        for c in range(6):
            out[k, c] = 0
            for s in range(m):
                out[k, c] += first[ids[s], c]
            out[k, c] /= m
        a, e = _opacity(rgb[i, j], out[k, :3], out[k, 3:6])
        out[k, 6] = a
        out[k, 7] = np.exp(-10 * np.sqrt(e) / 255)
        d = np.float32(0)
        for c in range(3):
            d += (out[k, c] - out[k, 3 + c]) ** 2
        out[k, 8] = np.sqrt(d)
    return out


@njit(cache=True, nogil=True)
def _smoothed(rgb, index, unknown, second, known):
    height, width = index.shape
    n = unknown.shape[0]
    alpha = np.empty(n, np.float32)
    confidence = np.zeros(n, np.float32)
    sigma = np.float32(2 * 100 / (9 * np.pi))
    mean = np.empty(6, np.float32)
    for k in range(n):
        i, j = unknown[k, 0], unknown[k, 1]
        if np.isnan(second[k, 0]):
            alpha[k] = 0.5
            continue
        mean[:] = 0
        wf = wb = wd = dist = np.float32(0)
        ak = second[k, 6]
        for y in range(max(i - SMOOTH, 0), min(i + SMOOTH + 1, height)):
            for x in range(max(j - SMOOTH, 0), min(j + SMOOTH + 1, width)):
                q = index[y, x]
                if q < 0 or np.isnan(second[q, 0]):
                    continue
                g = np.exp(-np.float32((y - i) ** 2 + (x - j) ** 2) / (2 * sigma)) * second[q, 7]
                if q != k:
                    g *= abs(ak - second[q, 6])
                aq = second[q, 6]
                f, b = g * aq, g * (1 - aq)
                wf += f
                wb += b
                for c in range(3):
                    mean[c] += f * second[q, c]
                    mean[3 + c] += b * second[q, 3 + c]
                w = second[q, 7] * aq * (1 - aq)
                wd += w
                dist += w * second[q, 8]
        conf = second[k, 7]
        if wf > 1e-9 and wb > 1e-9:
            for c in range(3):
                mean[c] /= wf
                mean[3 + c] /= wb
            d = np.float32(0)
            for c in range(3):
                d += (mean[c] - mean[3 + c]) ** 2
            a, e = _opacity(rgb[i, j], mean[:3], mean[3:])
            trust = np.float32(1)
            if wd > 1e-9 and dist > 0:
                trust = min(np.float32(1), np.sqrt(d) / (dist / wd))
            conf = trust * np.exp(-10 * np.sqrt(e) / 255)
            alpha[k] = conf * a + (1 - conf) * ak
        else:
            alpha[k] = ak
        confidence[k] = conf
    return alpha, confidence
