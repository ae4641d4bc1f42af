// What lies on something else: texts, buttons and fields whose visible boxes share more than a pixel each way.
() => {
  const clipped = (box, innermost) => {
    let { left, top, right, bottom } = box;
    for (let one = innermost; one && one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).overflow === "visible") continue;
      const frame = one.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, frame.left), Math.max(top, frame.top), Math.min(right, frame.right), Math.min(bottom, frame.bottom)];
    }
    return { left, top, right, bottom };
  };
  const dialog = document.querySelector("dialog[open]");
  // What is shown over the page for a while may hide it: a notice over the words, the bar of what is picked.
  const over = (one) => one.closest(".notice, .picked-bar, .skip, .unseen") !== null;
  const shown = [...(dialog ?? document.body).querySelectorAll("*:not(option, noscript)")].filter((one) =>
    one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !over(one));
  const boxes = [];
  for (const one of shown) {
    const worked = one.matches("button, .button, input:not([type=hidden]), select, textarea");
    const texts = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
    if (!worked && texts.length === 0) continue;
    const range = document.createRange();
    const rects = worked ? [one.getBoundingClientRect()] : texts.flatMap((node) => { range.selectNodeContents(node); return [...range.getClientRects()]; });
    for (const rect of rects) boxes.push([one, clipped(rect, worked ? one.parentElement : one)]);
  }
  boxes.sort(([, one], [, other]) => one.top - other.top);
  const found = new Set();
  const named = (one) => `${one.tagName.toLowerCase()} ${(one.textContent || one.name || "").trim().slice(0, 30)}`;
  for (const [index, [one, box]] of boxes.entries())
    for (let at = index + 1; at < boxes.length && boxes[at][1].top < box.bottom - 2; at += 1) {
      const [other, its] = boxes[at];
      if (one.contains(other) || other.contains(one)) continue;
      if (Math.min(box.right, its.right) - Math.max(box.left, its.left) > 2 && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 2)
        found.add(`${named(one)} / ${named(other)}`);
    }
  return [...found];
}
