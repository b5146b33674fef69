"""Pictures with a palette: a page of text and flat colours needs 128 colours and a quarter of the bytes.

The browser that drew the picture also counts its colours, so that no picture library is needed.
"""
import base64
import struct
import zlib

COUNT = """async (data) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  const bytes = brush.getImageData(0, 0, image.width, image.height).data;
  const pixels = new Uint32Array(bytes.length / 4), count = new Map();
  for (let i = 0; i < pixels.length; i++) {
    const colour = bytes[4 * i] << 16 | bytes[4 * i + 1] << 8 | bytes[4 * i + 2];
    pixels[i] = colour;
    count.set(colour, (count.get(colour) ?? 0) + 1);
  }
  const parts = (c) => [c >> 16, c >> 8 & 255, c & 255];
  const far = (a, b) => { const [p, q] = [parts(a), parts(b)]; return p.reduce((sum, x, i) => sum + (x - q[i]) ** 2, 0); };
  const common = [...count.keys()].sort((a, b) => count.get(b) - count.get(a) || a - b);
  const palette = [];
  for (const apart of [400, 100, 0]) {  // different colours first, then their shades
    for (const colour of common) {
      if (palette.length < 128 && palette.every((known) => far(known, colour) > apart)) palette.push(colour);
    }
  }
  const nearest = new Map(common.map((colour) => {
    let best = 0, least = Infinity;
    palette.forEach((known, place) => { const d = far(known, colour); if (d < least) { least = d; best = place; } });
    return [colour, best];
  }));
  let text = "";
  for (let i = 0; i < pixels.length; i += 8192) {
    text += String.fromCharCode(...Array.from(pixels.subarray(i, i + 8192), (colour) => nearest.get(colour)));
  }
  return {width: image.width, height: image.height, palette: palette.flatMap(parts), places: btoa(text)};
}"""


def smaller(page, picture: bytes) -> bytes:
    """`page` is a blank page of the browser."""
    found = page.evaluate(COUNT, base64.b64encode(picture).decode())
    places, width = base64.b64decode(found["places"]), found["width"]
    rows = b"".join(b"\0" + places[start:start + width] for start in range(0, len(places), width))
    header = struct.pack(">IIBBBBB", width, found["height"], 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks)
