import numpy as np
import pytest
from skimage import color, data

from masking_core.kernels.watershed.gradient import colour_gradient, edge_levels


def step(width=60, at=30, left=(40, 40, 40), right=(200, 200, 200)):
    picture = np.empty((40, width, 3), np.uint8)
    picture[:, :at], picture[:, at:] = left, right
    return picture


def test_a_picture_of_one_colour_has_no_edges():
    gradient = colour_gradient(np.full((20, 30, 3), 77, np.uint8), 1.5)
    assert gradient.shape == (20, 30)
    assert gradient.dtype == np.float32
    assert (gradient < 1e-3).all()
    assert (edge_levels(np.zeros((4, 5), np.float32)) == 0).all()


def test_a_ramp_of_grey_has_the_slope_of_its_lightness():
    ramp = np.repeat(np.arange(0, 250, 5, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(20, axis=0)
    slope = np.gradient(color.rgb2lab(ramp)[10, :, 0])
    assert colour_gradient(ramp, 0.0)[10] == pytest.approx(np.abs(slope), abs=0.01)


@pytest.mark.parametrize("sigma", [0.0, 0.7, 2.0, 8.0])
def test_it_equals_the_eigenvalue_of_the_structure_tensor(sigma):
    from scipy.ndimage import gaussian_filter

    picture = data.astronaut()[:160, 100:260]
    lab = color.rgb2lab(picture)
    tensor = np.zeros((*picture.shape[:2], 2, 2))
    for channel in range(3):
        plane = gaussian_filter(lab[..., channel], sigma, mode="nearest") if sigma else lab[..., channel]
        slopes = np.stack(np.gradient(plane), axis=-1)
        tensor += slopes[..., :, None] * slopes[..., None, :]
    wanted = np.sqrt(np.linalg.eigvalsh(tensor)[..., -1])
    wrong = np.abs(colour_gradient(picture, sigma) - wanted) / wanted.max()
    # What is blurred a lot is computed on a smaller picture.
    assert wrong.mean() < (1e-4 if sigma < 6 else 0.01)
    assert wrong[8:-8, 8:-8].max() < (1e-3 if sigma < 6 else 0.05)


def test_colours_of_equal_lightness_have_an_edge_too():
    red, green = (color.lab2rgb([[[60.0, a, 0.0]]]).ravel() * 255 for a in (40, -40))
    gradient = colour_gradient(step(left=red.astype(np.uint8), right=green.astype(np.uint8)), 1.0)
    assert gradient[20, 29:31].min() > 10
    assert gradient[20, 5] < 0.1


def test_opposite_changes_of_two_channels_do_not_cancel_out():
    picture = step(left=(200, 40, 40), right=(40, 200, 40))
    assert colour_gradient(picture, 1.0)[20, 30] > 10


@pytest.mark.parametrize("multiscale", ["off", "max", "mean"])
def test_the_ridge_stays_on_the_edge(multiscale):
    gradient = colour_gradient(step(), 2.0, multiscale)
    assert set(np.argsort(gradient[20])[-2:]) == {29, 30}


@pytest.mark.parametrize("sigma", [1.0, 7.0])
def test_turning_the_picture_turns_the_gradient(sigma):
    picture = data.astronaut()[:120, :90]
    assert np.rot90(colour_gradient(picture, sigma)) == pytest.approx(
        colour_gradient(np.ascontiguousarray(np.rot90(picture)), sigma), abs=1e-2
    )


def test_several_scales_bound_one_another():
    picture = data.astronaut()[:120, :90]
    each = [colour_gradient(picture, 1.0 * octave) * octave**0.5 for octave in (1, 2, 4)]
    assert np.allclose(colour_gradient(picture, 1.0, "max"), np.max(each, axis=0), atol=1e-5)
    assert np.allclose(colour_gradient(picture, 1.0, "mean"), np.mean(each, axis=0), atol=1e-5)


def test_a_blurred_step_is_seen_better_at_several_scales():
    rng = np.random.default_rng(0)
    ramp = np.clip(np.linspace(-5, 6, 120), 0, 1) * 120 + 60
    picture = np.clip(ramp[None, :, None] + rng.normal(0, 6, (80, 120, 3)), 0, 255).astype(np.uint8)
    slope = np.flatnonzero((ramp > 60) & (ramp < 180))

    def clarity(multiscale):
        gradient = colour_gradient(picture, 1.0, multiscale)
        return gradient[:, slope].mean() / gradient[:, :40].mean()

    assert clarity("mean") > clarity("off")


def test_levels_keep_the_order_and_use_the_whole_range():
    gradient = colour_gradient(data.astronaut()[:100, :100], 1.0)
    levels = edge_levels(gradient)
    assert levels.dtype == np.uint8
    assert levels.max() == 255
    order = np.argsort(gradient, axis=None)
    assert (np.diff(levels.ravel()[order].astype(int)) >= 0).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 3)])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 50.0])
def test_tiny_pictures_have_a_gradient(shape, sigma):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    gradient = colour_gradient(picture, sigma, "max")
    assert gradient.shape == shape
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(("sigma", "factor"), [(6.0, 2), (12.0, 4)])
def test_what_is_computed_on_a_smaller_picture_is_blurred_as_much_as_was_asked(sigma, factor):
    """Beside σ², a step has the variance of a difference over two large pixels, and of the lines between them."""
    x = np.arange(240)
    variances = []
    for at in range(116, 124):  # wherever in a large pixel
        profile = colour_gradient(step(240, at), sigma)[20]
        middle = np.average(x, weights=profile)
        variances.append(np.average((x - middle) ** 2, weights=profile))
    wanted = sigma**2 + (2 * factor) ** 2 / 12 + factor**2 / 6
    assert np.mean(variances) == pytest.approx(wanted, rel=0.005)
