"""Charts as pictures, for files that have no other way to show one in every program that opens them."""
import io

from PIL import Image, ImageDraw, ImageFont

from insights.reports import fonts

WIDE, BAR, HIGH, LEFT = 1500, 46, 420, 520  # pixels
INK, BLUE, WHITE = (30, 30, 30), (32, 107, 196), (255, 255, 255)


def draw(part):
    """A PNG, open at its beginning."""
    picture = (columns if part.chart == "columns" else bars)(part.points)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    file.seek(0)
    return file


def bars(points):
    font, most = ImageFont.truetype(fonts.path(), 28), max(many for _label, many in points)
    picture, pen = sheet(BAR * len(points) + 20)
    for place, (label, many) in enumerate(points):
        top = 10 + place * BAR
        middle = top + BAR / 2
        pen.text((LEFT - 16, middle), shortened(label, font, LEFT - 24), INK, font, anchor="rm")
        length = (WIDE - LEFT - 130) * many / most
        pen.rectangle((LEFT, top + 7, LEFT + length, top + BAR - 7), fill=BLUE)
        pen.text((LEFT + length + 12, middle), str(many), INK, font, anchor="lm")
    return picture


def columns(points):
    font = ImageFont.truetype(fonts.path(), 24 if len(points) > 15 else 28)
    most, step, floor = max(many for _label, many in points), WIDE / len(points), HIGH + 50
    picture, pen = sheet(floor + 50)
    for place, (label, many) in enumerate(points):
        x, tall = place * step, HIGH * many / most
        if many:
            pen.rectangle((x + step * 0.15, floor - tall, x + step * 0.85, floor), fill=BLUE)
            pen.text((x + step / 2, floor - tall - 8), str(many), INK, font, anchor="mb")
        pen.text((x + step / 2, floor + 10), label, INK, font, anchor="mt")
    pen.line((0, floor, WIDE, floor), INK, 2)
    return picture


def sheet(high):
    picture = Image.new("RGB", (WIDE, int(high)), WHITE)
    return picture, ImageDraw.Draw(picture)


def shortened(text, font, most):
    while font.getlength(text) > most:
        text = f"{text[:-2]}…"
    return text
