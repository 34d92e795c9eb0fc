// Artwork on the stage: moved by touch, mouse and keys, its numbers beside it; what is said of it comes from the shop.
// Without this file "Show it like this" does the same.
const form = document.querySelector(".piece-form");
const stage = document.querySelector("[data-stage]");
const SVG = "http://www.w3.org/2000/svg";

for (const group of form.querySelectorAll("[data-artwork][data-width]")) {
  const side = group.dataset.artwork;
  const field = (what) => form.elements[`artwork-${side}-${what}`];
  const number = (what) => Number(field(what).value) || 0;
  const outline = group.querySelector("[data-outline]").getAttribute("d");
  const told = group.querySelector("[data-artwork-said]");
  let fine = group.querySelector("[data-fine]").getAttribute("d");
  let pause;

  const handle = document.createElement("button");
  Object.assign(handle, { type: "button", className: "artwork-handle" });
  handle.setAttribute("aria-label", `${group.getAttribute("aria-label")}. Arrow keys move it, plus and minus make it larger and smaller, square brackets turn it.`);

  const set = (what, value, digits) => {
    const input = field(what);
    input.value = Math.min(Number(input.max), Math.max(Number(input.min), value)).toFixed(digits).replace(/\.?0+$/, "");
  };

  const view = () => [...stage.querySelectorAll(`.artwork[data-side="${side}"]`)].find((drawn) => drawn.getClientRects().length);

  // The group that the drawing left free for it gets the outline, moved as the numbers say.
  const show = () => {
    if (!group.isConnected) return handle.remove();
    for (const place of stage.querySelectorAll(`.artwork[data-side="${side}"]`)) {
      const scale = number("width") / Number(group.dataset.width);
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", outline);
      path.setAttribute("fill", "currentColor");
      path.setAttribute("transform", `translate(${number("across")} ${number("down")}) rotate(${number("turn")}) scale(${scale})`);
      place.replaceChildren(path);
    }
    for (const place of stage.querySelectorAll(`.artwork-lost[data-side="${side}"]`)) {
      const lost = document.createElementNS(SVG, "path");
      lost.setAttribute("d", fine);
      place.replaceChildren(lost);
    }
    const drawn = view();
    if (!drawn) return;
    const on = drawn.closest(".stage-view");
    const [box, around] = [drawn.getBoundingClientRect(), on.getBoundingClientRect()];
    Object.assign(handle.style, {
      left: `${(100 * (box.left - around.left)) / around.width}%`,
      top: `${(100 * (box.top - around.top)) / around.height}%`,
      width: `${(100 * box.width) / around.width}%`,
      height: `${(100 * box.height) / around.height}%`,
    });
    if (handle.parentNode !== on) on.append(handle); // moved in the page it would lose the focus, and the finger
  };

  const say = async () => {
    const answer = await fetch("/artwork/said", { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    const remark = answer?.ok && (await answer.json())[side];
    if (!remark) return;
    told.textContent = remark.said;
    told.classList.toggle("room-wrong", remark.wrong);
    fine = remark.fine;
    group.querySelector("[data-together]").hidden = !fine;
    document.getElementById(`artwork-${side}-error`)?.remove();
    show();
  };

  const changed = () => {
    fine = ""; // of another place
    show();
    clearTimeout(pause);
    pause = setTimeout(say, 400);
  };

  // From the screen to the millimetres of the side.
  const at = ({ clientX, clientY }) => {
    const matrix = view()?.parentNode.getScreenCTM();
    return matrix ? new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
  };
  const held = new Map();
  const spread = () => {
    const [a, b] = [...held.values()];
    return { reach: Math.hypot(b.x - a.x, b.y - a.y), angle: (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI };
  };
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    held.set(event.pointerId, at(event));
  });
  handle.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    if (held.size === 1) {
      set("across", number("across") + now.x - before.x, 2);
      set("down", number("down") + now.y - before.y, 2);
      held.set(event.pointerId, now);
    } else {
      const was = spread();
      held.set(event.pointerId, now);
      const is = spread();
      set("width", number("width") * (is.reach / was.reach), 2);
      set("turn", number("turn") + is.angle - was.angle, 1);
    }
    changed();
  });
  for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, ({ pointerId }) => held.delete(pointerId));
  const KEYS = {
    ArrowLeft: ["across", -0.1], ArrowRight: ["across", 0.1], ArrowUp: ["down", -0.1], ArrowDown: ["down", 0.1],
    "+": ["width", 0.1], "=": ["width", 0.1], "-": ["width", -0.1], "[": ["turn", -1], "]": ["turn", 1],
  };
  handle.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    const [what, by] = KEYS[event.key];
    set(what, number(what) + by * (event.shiftKey && what !== "width" ? 10 : 1), 2);
    changed();
  });

  group.addEventListener("input", changed);
  form.addEventListener("input", ({ target }) => target.name?.startsWith("engraving-") && changed());
  stage.addEventListener("drawn", show);
  addEventListener("resize", show);
  show();
}
