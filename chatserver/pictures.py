"""Makes a harmless picture of one that somebody sent; runs as a process of its own.

`python -m chatserver.pictures TYPE MAX_PIXELS [MAX_SIDE] < in > out`: decodes under limits of memory and time, turns
it as its camera meant, leaves all it says of place and device behind, and writes it anew. A first line
of JSON says type and size in pixels. Exit status 3: not a picture of that type, or too large.
"""

import io
import json
import resource
import sys
import warnings

FORMATS = {
    "image/jpeg": ("JPEG", "image/jpeg"),
    "image/png": ("PNG", "image/png"),
    "image/webp": ("WEBP", "image/webp"),
    "image/gif": ("GIF", "image/png"),
}
"""What is decoded, by the type that the content showed, and what comes out."""

MAX_SIDE = 2560
"""A side longer than this is made so long, pixels."""

MEMORY_BYTES = 1 << 30
CPU_S = 10
REFUSED = 3


def clean(
    content: bytes, media_type: str, max_pixels: int, max_side: int = MAX_SIDE
) -> tuple[dict[str, object], bytes]:
    """Return what the picture is, and its new bytes.

    Raises:
        ValueError: for what is no such picture, or has more pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    wanted, out_type = FORMATS[media_type]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with Image.open(io.BytesIO(content), formats=[wanted]) as opened:
            if opened.width * opened.height > max_pixels:
                raise ValueError("too many pixels")
            image = ImageOps.exif_transpose(opened)
            has_alpha = image.mode in {"RGBA", "LA", "P", "PA"} and out_type != "image/jpeg"
            image = image.convert("RGBA" if has_alpha else "RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
    ) as error:
        raise ValueError("no such picture") from error
    image.thumbnail((max_side, max_side))
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    out = io.BytesIO()
    fresh.save(out, format=out_type.removeprefix("image/").upper(), quality=85)
    return {"type": out_type, "width": fresh.width, "height": fresh.height}, out.getvalue()


def main(media_type: str, max_pixels: int, max_side: int = MAX_SIDE) -> None:
    """Read a picture, write a clean one."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said, body = clean(sys.stdin.buffer.read(), media_type, max_pixels, max_side)
    except (ValueError, MemoryError):
        sys.exit(REFUSED)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + body)


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:]))
