// Her words on the picture of the piece, drawn by the shop's own engine with every keystroke.
// Without this file the Preview button does the same.
const form = document.querySelector(".piece-form");
const stage = document.querySelector("[data-stage]");
const views = [...stage.querySelectorAll("[data-picture]")];
const fields = [...form.querySelectorAll("[name^='engraving-']")];
const spoken = form.querySelector("[data-spoken]");
let side = views[0].dataset.sides.split(" ")[0];
let shown = ""; // the address of the drawing in sight
let busy = false;
let pause;

const metal = () => form.querySelector("[data-metal]:checked")?.dataset.metal ?? views[0].dataset.shows;
const hasSide = (view) => view.dataset.sides.split(" ").includes(side);

// One view of each metal shows the side she is writing on; the style sheet picks the metal.
const inSight = () => {
  for (const view of views) view.hidden = !hasSide(view);
  return views.find((view) => hasSide(view) && view.dataset.shows === metal()) ?? views[0];
};

const address = (view) => {
  if (!fields.some((field) => field.value.trim())) return "";
  const asked = new URLSearchParams({ piece: form.elements.piece.value, picture: view.dataset.picture });
  for (const [name, value] of new FormData(form)) {
    if (name === "face" || (name.startsWith("engraving-") && value)) asked.append(name, value);
  }
  return `${stage.dataset.stage}?${asked}`;
};

const place = (view, text) => {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const said = JSON.parse(svg.querySelector("metadata").textContent);
  view.querySelector("[data-words]").replaceChildren(document.adoptNode(svg));
  for (const field of fields) {
    const [sentence, wrong] = said[field.name] ?? ["", false];
    const room = document.getElementById(`${field.id}-room`);
    const told = document.getElementById(`${field.id}-error`)?.textContent.includes(sentence);
    room.textContent = told ? "" : sentence; // not the same twice about one field
    room.classList.toggle("room-wrong", wrong);
  }
  clearTimeout(pause); // spoken only when she pauses: a sentence with every letter would be in her way
  pause = setTimeout(() => {
    spoken.textContent = Object.values(said).filter(([, wrong]) => wrong).map(([sentence]) => sentence).join(" ");
  }, 1000);
};

const wipe = (view) => {
  view.querySelector("[data-words]").replaceChildren(); // rather nothing than words she has since changed
  for (const field of fields) document.getElementById(`${field.id}-room`).textContent = "";
};

// One question at a time; whatever she typed meanwhile is asked next.
const draw = async () => {
  if (busy) return;
  busy = true;
  try {
    for (let view = inSight(); address(view) !== shown; view = inSight()) {
      const asked = address(view);
      const answer = asked && (await fetch(asked).catch(() => null));
      if (answer?.ok) place(view, await answer.text());
      else wipe(view);
      shown = asked;
    }
  } finally {
    busy = false;
  }
};

form.addEventListener("input", draw);
form.addEventListener("change", draw);
form.addEventListener("focusin", ({ target }) => {
  const found = views.flatMap((view) => view.dataset.sides.split(" "));
  const asked = found.find((key) => target.name?.startsWith(`engraving-${key}-`));
  if (asked && asked !== side) {
    side = asked;
    draw();
  }
});
form.querySelector("[name=preview]").parentElement.remove(); // were it only hidden, Enter would press it
addEventListener("pageshow", draw); // also when the browser brings back what she had typed
