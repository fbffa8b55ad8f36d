#!/usr/bin/env python3
"""screen-png.py COLUMNS ROWS OUT.png [FONT]: draws a terminal's screen, as `tmux capture-pane -e -p`
prints it on standard input, for the pictures in the README.

Needs the Python packages pyte and pillow and a font whose Hangul is two columns wide (Debian's
fonts-naver-d2coding); another font fills in what that one lacks.
"""
import glob
import sys

import pyte
from PIL import Image, ImageDraw, ImageFont

PAPER, INK = "#14161b", "#e0e2ea"
SIZE_PX = 22
# The sixteen names that pyte uses, in the colours of Neovim's default scheme.
PALETTE = {
    "black": "#14161b", "red": "#ffc0b9", "green": "#b3f6c0", "brown": "#fce094",
    "blue": "#a6dbff", "magenta": "#ffcaff", "cyan": "#8cf8f7", "white": "#e0e2ea",
}
PALETTE.update({f"bright{name}": value for name, value in list(PALETTE.items())})
PALETTE.update(brightblack="#7d8087", brightyellow="#fce094")

# Frames are drawn instead of written, so that they meet between cells: the sides a line leaves by.
FRAMES = {
    "─": "lr", "━": "lr", "│": "ud", "┃": "ud", "┌": "rd", "╭": "rd", "┐": "ld", "╮": "ld",
    "└": "ru", "╰": "ru", "┘": "lu", "╯": "lu", "├": "udr", "┤": "udl", "┬": "lrd", "┴": "lru", "┼": "lrud",
}


def find_fonts(wanted):
    """The wanted font (or D2Coding) first, then one with many symbols."""
    patterns = [wanted or "/usr/share/fonts/**/D2Coding-*.tt[cf]", "/usr/share/fonts/**/DejaVuSansMono.ttf"]
    paths = [path for pattern in patterns for path in sorted(glob.glob(pattern, recursive=True))[:1]]
    if not paths:
        sys.exit("screen-png: no font found; install fonts-naver-d2coding or name one")
    return [ImageFont.truetype(path, SIZE_PX) for path in paths]


class Painter:
    """Draws the cells of one screen; a cell is half as wide as a Hangul syllable."""

    def __init__(self, columns, rows, fonts):
        self.fonts = fonts
        self.missing = [font.getmask("\U0010fffd").getbbox() for font in fonts]
        self.width = round(fonts[0].getlength("0"))
        self.height = round(SIZE_PX * 1.3)
        size = ((columns + 2) * self.width, (rows + 1) * self.height)
        self.image = Image.new("RGB", size, PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def font_for(self, text):
        for font, missing in zip(self.fonts, self.missing):
            if font.getmask(text[0]).getbbox() not in (None, missing):
                return font
        return self.fonts[0]

    def frame(self, sides, x, y, colour):
        centre_x, centre_y = x + self.width // 2, y + self.height // 2
        lines = {
            "l": (x, centre_y, centre_x + 1, centre_y + 1),
            "r": (centre_x, centre_y, x + self.width, centre_y + 1),
            "u": (centre_x, y, centre_x + 1, centre_y + 1),
            "d": (centre_x, centre_y, centre_x + 1, y + self.height),
        }
        for side in sides:
            self.draw.rectangle(lines[side], fill=colour)

    def cell(self, column, row, char, columns_wide):
        ink, paper = colour_of(char.fg, INK), colour_of(char.bg, PAPER)
        if char.reverse:
            ink, paper = paper, ink
        x, y = (column + 1) * self.width, self.height // 2 + row * self.height
        right = x + self.width * columns_wide
        if paper != PAPER:
            self.draw.rectangle([x, y, right - 1, y + self.height - 1], fill=paper)
        if char.data in FRAMES:
            self.frame(FRAMES[char.data], x, y, ink)
        elif char.data.strip():
            self.draw.text((x, y + self.height * 0.78), char.data, font=self.font_for(char.data), fill=ink,
                           anchor="ls", stroke_width=0.4 if char.bold else 0, stroke_fill=ink)
        if char.underscore:
            self.draw.line([x, y + self.height - 3, right, y + self.height - 3], fill=ink)


def colour_of(name, default):
    return default if name == "default" else PALETTE.get(name) or f"#{name}"


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    columns, rows, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    screen = pyte.Screen(columns, rows)
    screen.set_mode(pyte.modes.LNM)  # the capture ends its lines with a bare newline
    pyte.Stream(screen).feed(sys.stdin.read().rstrip("\n"))
    painter = Painter(columns, rows, find_fonts(sys.argv[4] if len(sys.argv) > 4 else None))
    for row in range(rows):
        for column in range(columns):
            char = screen.buffer[row][column]
            if char.data:  # the right half of a wide character is empty
                wide = column + 1 < columns and screen.buffer[row][column + 1].data == ""
                painter.cell(column, row, char, 2 if wide else 1)
    painter.image.save(out)


if __name__ == "__main__":
    main()
