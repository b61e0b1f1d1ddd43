"""Cut objects out of pictures: clustering, watershed and graph cut on any picture, one contract for all of them.

>>> from masking_core import Image, KMeans, Recipe
>>> from masking_core.samples import sample
>>> result = Recipe(method=KMeans(objects=3)).run(sample("coffee"))
>>> result.rgba.shape
(400, 600, 4)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
