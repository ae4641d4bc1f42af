// Watches where the Tab key comes to: what can be worked and was not reached, and where the focus cannot be seen.
() => {
  const dialog = document.querySelector("dialog[open]");
  const workable = [...(dialog ?? document).querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.type !== "hidden" && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
    // What Tab passes over has to lie in something that takes the Tab, and whose own keys lead there.
    .filter((one) => one.tabIndex >= 0 || !one.closest("[tabindex='0']"));
  // Of radio buttons that belong together one has the Tab, and the arrows lead to the others.
  const whole = (one) => (one.type === "radio" ? `${[...document.forms].indexOf(one.form)} ${one.name}` : one);
  const named = (one) => one.outerHTML.slice(0, 120);
  const seen = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const box = one.getClientRects()[0];
    if (!box || outlineStyle === "none" || parseFloat(outlineWidth) < 2) return false;
    // The middle of what of it is in the window: of a field the page is scrolled to where one writes.
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const there = document.elementFromPoint(x, y);
    return there !== null && (one.contains(there) || there.contains(one));
  };
  const reached = new Set();
  const unseen = new Set();
  document.activeElement?.blur();
  document.addEventListener("focusin", ({ target }) => {
    reached.add(whole(target));
    if (!seen(target)) unseen.add(named(target));
  });
  window.keyboard = {
    missed: () => workable.filter((one) => one.isConnected && !reached.has(whole(one))).map(named),
    unseen: () => [...unseen],
  };
  return workable.length;
}
