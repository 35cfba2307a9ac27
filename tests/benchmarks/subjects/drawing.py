"""Pictures of rows, as SVG. The same rows give the same bytes."""

import html
import math
import statistics

WIDTH, LEFT, HEIGHT = 800, 400, 26
BLUE, RED = "#4477aa", "#cc6677"


def page(title, lines, height):
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
                      'font-size="12">', f"<title>{html.escape(title)}</title>",
                      f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
                      text(8, 20, title, size=14), *lines, "</svg>", ""])


def text(x, y, words, anchor="start", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{html.escape(words)}</text>'


def line(x1, y1, x2, y2, colour="#222"):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"/>'


def label(row, peer=True):
    name = row["what"].replace("`", "")
    return f"{name}; {row['peer']}" if peer and row.get("peer") else name


def fit(words):
    """A label that is cut where it has no room."""
    return words if len(words) <= 62 else words[:61] + "…"


def short(number):
    """Three digits."""
    if not number:
        return "0"
    digits = max(0, min(4, 2 - math.floor(math.log10(abs(number)))))
    return f"{number:,.{digits}f}"


def ratios(title, rows, ratios_of):
    """A bar for each row, on a logarithmic axis that starts at 1: the median, and a line from the least to the greatest."""
    found = [(row, ratios_of(row)) for row in rows if ratios_of(row)]
    most = max((max(values) for _, values in found), default=1)
    least = min(1, min((min(values) for _, values in found), default=1))
    span = max(math.log(most / least), 1e-9)

    def place(value):
        return LEFT + (WIDTH - LEFT - 60) * math.log(value / least) / span

    lines = []
    for i, (row, values) in enumerate(found):
        y, middle = 34 + HEIGHT * i, statistics.median(values)
        begin, end = sorted((place(1), place(middle)))
        lines += [text(LEFT - 8, y + 15, fit(label(row)), "end"),
                  f'<rect x="{begin:.1f}" y="{y}" width="{max(end - begin, 0.5):.1f}" height="20" fill="{BLUE}"/>',
                  line(place(min(values)), y + 10, place(max(values)), y + 10),
                  text(place(max(1, *values)) + 6, y + 15, short(middle))]
    height = 34 + HEIGHT * len(found) + 22
    lines += [line(place(1), 30, place(1), height - 22, "#888"), text(place(1), height - 8, "1 (logarithmic)", "middle", 11)]
    return page(title, lines, height)


def differences(title, rows):
    """A point and its interval for each row: equivec's less the other's."""
    found = [(row, row["values"]["difference [95 %]"]) for row in rows if row["values"].get("difference [95 %]")]
    found = [(row, values) for row, values in found if None not in values]
    most = max((abs(bound) for _, values in found for bound in values), default=0.1) or 0.1
    middle = LEFT + (WIDTH - LEFT - 70) / 2

    def place(value):
        return middle + (WIDTH - LEFT - 70) / 2 * value / most

    lines = []
    for i, (row, (value, low, high)) in enumerate(found):
        y = 44 + HEIGHT * i
        lines += [text(LEFT - 8, y + 4, fit(label(row)), "end"), line(place(low), y, place(high), y),
                  f'<circle cx="{place(value):.1f}" cy="{y}" r="4" fill="{BLUE}"/>', text(WIDTH - 62, y + 4, f"{value:+.3f}")]
    height = 34 + HEIGHT * len(found) + 22
    lines += [line(middle, 30, middle, height - 22, "#888"),
              text(middle, height - 8, "0; to the right equivec is better", "middle", 11)]
    return page(title, lines, height)


def clusters(title, rows):
    """The share of each method, and before."""
    found = [(row, row["values"].get("clusters")) for row in rows]
    lines, scale = [], (WIDTH - LEFT - 60) / 0.5
    for i, (row, share) in enumerate((row, share) for row, share in found if share is not None):
        y = 34 + HEIGHT * i
        width = max((share - 0.5) * scale, 0.5)
        lines += [text(LEFT - 8, y + 15, fit(label(row)), "end"),
                  f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="20" '
                  f'fill="{RED if row["what"] == "before" else BLUE}"/>', text(LEFT + width + 6, y + 15, f"{share:.3f}")]
    return page(title, lines, 34 + HEIGHT * sum(share is not None for _, share in found) + 10)


def recall(title, rows):
    """Questions a second, logarithmic, against recall; equivec and hnswlib."""
    curves = [("equivec", BLUE, "recall@10 [95 %]", "questions/s"),
              ("hnswlib", RED, "hnswlib: recall@10", "hnswlib: questions/s")]
    points = {}
    for name, _, share, speed in curves:
        found = [(row["values"].get(share), row["values"].get(speed)) for row in rows]
        points[name] = [(s[0] if isinstance(s, list) else s, statistics.median(v["rounds"]))
                        for s, v in found if s is not None and v]
    known = [point for curve in points.values() for point in curve]
    if not known:
        return page(title, [], 40)
    low, slow, fast = min(s for s, _ in known), min(v for _, v in known), max(v for _, v in known)
    span, range_ = max(1 - low, 1e-9), max(math.log(fast / slow), 1e-9)

    def place(share, speed):
        return 70 + 560 * (share - low) / span, 270 - 220 * math.log(speed / slow) / range_

    lines = [line(60, 280, 650, 280, "#888"), line(60, 40, 60, 280, "#888"), text(650, 298, "recall@10", "end"),
             text(66, 48, "questions a second (logarithmic)")]
    for i, (name, colour, _, _) in enumerate(curves):
        places = [place(*point) for point in points[name]]
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        lines += [f'<path d="M{way}" stroke="{colour}" fill="none"/>'] if places else []
        for (x, y), (share, speed) in zip(places, points[name]):
            lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>',
                      text(x + 6, y - 6 + 18 * i, f"{share:.3f}; {speed:,.0f}", size=11)]
        if places:
            lines += [f'<rect x="560" y="{44 + 18 * i}" width="12" height="12" fill="{colour}"/>',
                      text(578, 55 + 18 * i, name)]
    return page(title, lines, 306)
