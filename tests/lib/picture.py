# SPDX-License-Identifier: Apache-2.0
"""What must hold of every picture of a map; reads SVG, and prints what is wrong."""

import re
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
BOXES = ("box", "free", "alone")


def rectangles(root, classes):
    return [tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
            for r in root.iter(SVG + "rect") if r.get("class") in classes]


def points_of(path):
    """Points on a path of M, H and C, close to each other."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MHC])([-0-9. ]*)", path):
        n = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = n
            yield x, y
        elif command == "H":
            yield from ((x + (n[0] - x) * i / 50, y) for i in range(51))
            x = n[0]
        else:
            start = (x, y)
            for i in range(51):
                t = i / 50
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
                xs, ys = (start[0], *n[0::2]), (start[1], *n[1::2])
                yield (sum(a * b for a, b in zip(weights, xs)), sum(a * b for a, b in zip(weights, ys)))
            x, y = n[4:]


def is_inside(box, x, y):
    return box[0] + 1 < x < box[0] + box[2] - 1 and box[1] + 1 < y < box[1] + box[3] - 1


def is_apart(a, b):
    return a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


def problems(root):
    boxes = rectangles(root, BOXES)
    frames = rectangles(root, ("frame",))
    width, height = float(root.get("width")), float(root.get("height"))
    for x, y, w, h in boxes + frames:
        if x < 0 or y < 0 or x + w > width - 48 or y + h > height - 48:
            yield f"{x},{y} is off the page"
    for kind in (boxes, frames):
        for i, box in enumerate(kind):
            if not all(is_apart(box, other) for other in kind[:i]):
                yield f"{box} lies on another"
    for path in root.iter(SVG + "path"):
        if path.get("class") != "line":
            continue
        for x, y in points_of(path.get("d")):
            if any(is_inside(box, x, y) for box in boxes):
                yield f"a line crosses a box at {x:.0f},{y:.0f}"
                break
    labels = [(float(t.get("x")), float(t.get("y")) - 8, 5.0 * len(t.text), 9.0)
              for t in root.iter(SVG + "text") if t.get("class") == "label"]
    for label in labels:
        if not all(is_apart(label, box) for box in boxes):
            yield f"the label at {label} lies on a box"
    for i, label in enumerate(labels):
        if not all(is_apart(label, other) for other in labels[:i]):
            yield f"the label at {label} lies on another"
    for group in root.iter(SVG + "g"):
        rect = group.findall(SVG + "rect") if group.find(SVG + "title") is not None else []
        for text in group.findall(SVG + "text"):
            size = 4.6 if text.get("class") == "small" else 5.6
            if rect and float(text.get("x")) + size * len(text.text) > float(rect[-1].get("x")) + float(rect[-1].get("width")):
                yield f"{text.text!r} is wider than its box"
    if root.get("role") != "img" or root.find(SVG + "title") is None or root.find(SVG + "desc") is None:
        yield "nobody tells a screen reader what this is"
    if any(element.tag.endswith("script") for element in root.iter()):
        yield "there is a script"


found = list(problems(tree.fromstring(sys.stdin.read())))
print("\n".join(found[:10]))
sys.exit(bool(found))
