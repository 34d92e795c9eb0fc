// Her words on the picture of the piece, drawn by the shop's own engine with every keystroke.
// Without this file the Preview button does the same.
const form = document.querySelector(".piece-form");
const stage = document.querySelector("[data-stage]");
const views = [...stage.querySelectorAll("[data-picture]")];
const fields = [...form.querySelectorAll("[name^='engraving-']")];
const lineFaces = [...form.querySelectorAll("[name^='face-']")];
const tiles = form.querySelector(".tiles-faces");
const spoken = form.querySelector("[data-spoken]");
let side = form.querySelector("[data-artwork]")?.dataset.artwork ?? views[0].dataset.sides.split(" ")[0];
let shown = ""; // the address of the drawing in sight
let busy = false;
let pause;
let rest;

const metal = () => form.querySelector("[data-metal]:checked")?.dataset.metal ?? views[0].dataset.shows;
const hasSide = (view) => view.dataset.sides.split(" ").includes(side);

// One view of each metal shows the side she is writing on; the style sheet picks the metal.
const inSight = () => {
  for (const view of views) view.hidden = !hasSide(view);
  if (turn) turn.textContent = `Show the ${other().dataset.name}`;
  return views.find((view) => hasSide(view) && view.dataset.shows === metal()) ?? views[0];
};

// Turned over by a tap, or looked at closely where there is no other side; what that needs is loaded then.
const tools = document.createElement("div");
tools.className = "stage-tools";
const tool = (press) => {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button button-quiet", onclick: press });
  tools.append(made);
  return made;
};
const other = () => views.find((view) => !hasSide(view) && view.dataset.shows === metal());
const turn = views.some((view) => view.dataset.sides !== views[0].dataset.sides) && tool(() => {
  side = other().dataset.sides.split(" ")[0];
  draw();
});
const closer = tool(async () => {
  const { open } = await import(stage.dataset.closer);
  open(inSight(), closer.textContent, stage.dataset.closerStyle);
});
closer.textContent = "Look closer";
stage.append(tools);
stage.addEventListener("click", ({ target }) => target.closest("button") || (turn || closer).click());

const address = (view) => {
  const placed = [...form.querySelectorAll("[data-artwork]")].map(({ dataset }) => dataset.artwork);
  if (!placed.length && !fields.some((field) => field.value.trim())) return "";
  const asked = new URLSearchParams({ piece: form.elements.piece.value, picture: view.dataset.picture });
  if (stage.dataset.tool) asked.append("tool", stage.dataset.tool); // a drawing kept from another machine is no answer
  for (const [name, value] of new FormData(form)) {
    if (/^(face|engraving-)/.test(name) && value) asked.append(name, value);
  }
  for (const key of placed) asked.append(`artwork-${key}`, "1"); // a place for artwork.js to fill
  return `${stage.dataset.stage}?${asked}`;
};

// A face for one script stands among the others as long as her words ask for it, or she has chosen it.
const offer = (faces) => {
  for (const tile of tiles.querySelectorAll("[data-asked]")) {
    if (!tile.querySelector(":checked") && !faces.some(([slug]) => slug === tile.dataset.asked)) tile.remove();
  }
  for (const [slug, name, description, sample] of faces) {
    if (form.querySelector(`[name=face][value=${slug}]`)) continue;
    const tile = tiles.querySelector(".tile").cloneNode(true);
    const [radio, label] = tile.children;
    Object.assign(radio, { id: `face-${slug}`, value: slug, checked: false });
    label.innerHTML = '<span class="visually-hidden"></span><bdi class="sample" aria-hidden="true"></bdi> <span class="tile-note"></span>';
    [name, sample, `${name}. ${description}`].forEach((text, at) => (label.children[at].textContent = text));
    tile.dataset.asked = slug;
    tiles.append(tile);
  }
  for (const select of lineFaces) {
    for (const option of select.querySelectorAll("[data-asked]")) {
      if (!option.selected && !faces.some(([slug]) => slug === option.value)) option.remove();
    }
    for (const [slug, name] of faces) {
      if (slug === "by-hand" || select.querySelector(`[value=${slug}]`)) continue;
      const option = new Option(name, slug);
      option.dataset.asked = slug;
      select.add(option);
    }
  }
};

// Her own words in each face, and what speaks against one, once she pauses: a request a pause, none a letter.
const filled = (field) => field.defaultValue ?? field.querySelector("[selected]")?.value ?? "";
const wordsOf = (value) => {
  const asked = new URLSearchParams({ piece: form.elements.piece.value });
  if (stage.dataset.tool) asked.append("tool", stage.dataset.tool);
  for (const field of [...fields, ...lineFaces]) if (value(field).trim()) asked.append(field.name, value(field));
  return `${asked}`;
};
let tried = wordsOf(filled); // what the faces show

const showFaces = async () => {
  const asked = wordsOf(({ value }) => value);
  if (asked === tried) return;
  tried = asked;
  const answer = await fetch(`${stage.dataset.faces}?${asked}`).catch(() => null);
  if (asked !== tried) return; // another pause was faster
  if (!answer?.ok) tried = "";
  else for (const [slug, html] of Object.entries(await answer.json())) {
    const label = tiles.querySelector(`[value="${slug}"] + span`);
    if (label) label.innerHTML = html;
  }
};

// A line's own list of letterings shows the line in each, where a browser can draw in a list.
const canDraw = CSS.supports("appearance", "base-select");
for (const select of canDraw ? lineFaces : []) {
  const field = form.elements[select.name.replace("face", "engraving")];
  select.addEventListener("focusin", async () => {
    const asked = wordsOf((one) => (one === field ? one.value : ""));
    (await import(stage.dataset.lists).catch(() => null))?.show(select, `${stage.dataset.faces}?${asked}`);
  });
}

const hear = () => import(stage.dataset.names).catch(() => null);

const place = (view, text) => {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const { lines, faces } = JSON.parse(svg.querySelector("metadata").textContent);
  view.querySelector("[data-words]").replaceChildren(document.adoptNode(svg));
  hear().then((heard) => heard?.name(view, fields));
  stage.dispatchEvent(new Event("drawn"));
  offer(faces);
  for (const field of fields) {
    const [sentence, wrong, ways] = lines[field.name] ?? ["", false, []];
    const room = document.getElementById(`${field.id}-room`);
    const told = document.getElementById(`${field.id}-error`)?.textContent.includes(sentence);
    room.textContent = told ? "" : sentence; // not the same twice about one field
    room.classList.toggle("room-wrong", wrong);
    showWays(field, ways);
  }
  clearTimeout(pause); // spoken only when she pauses: a sentence with every letter would be in her way
  pause = setTimeout(async () => {
    const wrong = Object.values(lines).filter(([, wrong]) => wrong).map(([sentence]) => sentence);
    spoken.textContent = [...wrong, ...((await hear())?.newHeights(lines, fields) ?? [])].join(" ");
  }, 1000);
};

const showWays = (field, ways) => {
  const buttons = ways.map(([value, label, sign]) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button-quiet", name: "instead", value, textContent: label });
    if (sign) drawSigns();
    const drawn = sign && form.querySelector(`[value="add ${sign}"] svg`);
    if (drawn) button.prepend(drawn.cloneNode(true));
    return button;
  });
  form.querySelector(`[data-ways="${field.name}"]`).replaceChildren(...buttons);
};

// The buttons that offer a way out do here what the server does with them when there is no script.
const take = (value) => {
  const [kind, ...rest] = value.split(" ");
  if (kind === "face" && rest[1]) form.elements[rest[1]].value = rest[0];
  else if (kind === "face") form.querySelector(`[name=face][value=${rest[0]}]`).checked = true;
  if (kind === "sign") {
    const [name, typed, sign] = rest;
    const field = form.elements[name];
    field.value = field.value.replace(new RegExp(`${typed}[\\ufe0e\\ufe0f\\u{1f3fb}-\\u{1f3ff}]*`, "gu"), sign);
  }
  if (kind === "plain") {
    const [name, letters] = rest;
    form.elements[name].value = Array.from(form.elements[name].value, (letter) => (letters.includes(letter) ? letter.normalize("NFKC") : letter)).join("");
  }
  if (kind === "off") document.getElementById(rest[0]).remove();
  if (kind === "add") {
    const field = form.elements[form.elements["sign-line"].value];
    field.setRangeText(rest[0], field.selectionStart, field.selectionEnd, "end");
    side = views.flatMap((view) => view.dataset.sides.split(" ")).find((key) => field.name.startsWith(`engraving-${key}-`)) ?? side;
  }
  draw();
};

const wipe = () => {
  for (const view of views) {
    view.querySelector("[data-words]").replaceChildren(); // rather nothing than former words
    if (view.dataset.alt) view.querySelector("img").alt = view.dataset.alt;
  }
  stage.dispatchEvent(new Event("drawn"));
  for (const field of fields) {
    document.getElementById(`${field.id}-room`).textContent = "";
    showWays(field, []);
  }
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
      else wipe();
      shown = asked;
    }
  } finally {
    busy = false;
    clearTimeout(rest);
    rest = setTimeout(showFaces, 500);
  }
};

// The signs' drawings are fetched when somebody looks for one: their file is a tenth of the page.
const drawSigns = () => {
  for (const sign of form.querySelectorAll(".sign-button noscript")) sign.outerHTML = sign.textContent;
};
form.querySelector(".signs")?.addEventListener("toggle", drawSigns, { once: true });

for (const button of form.querySelectorAll("[name=instead]")) button.type = "button"; // Enter presses none of them
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[name=instead]");
  if (!button) return;
  take(button.value);
  const field = document.getElementById(button.closest("[data-ways]")?.dataset.ways);
  field?.focus(); // the button is gone with the problem
});
// The side that is written on is the one in sight.
const follow = ({ name }) => {
  const sides = views.flatMap((view) => view.dataset.sides.split(" "));
  const found = sides.find((key) => name?.startsWith(`engraving-${key}-`));
  if (found) [side, form.elements["sign-line"].value] = [found, name];
  else side = sides.find((key) => name?.startsWith(`artwork-${key}-`) || name?.startsWith(`face-${key}-`)) ?? side;
};
form.addEventListener("input", ({ target }) => {
  follow(target); // it may have been turned over meanwhile
  draw();
});
form.addEventListener("change", draw);
form.addEventListener("focusin", ({ target }) => {
  const before = side;
  follow(target);
  if (side !== before) draw();
});
for (const button of form.querySelectorAll("[name=preview]")) button.remove(); // were it only hidden, Enter would press it
addEventListener("pageshow", draw); // also when the browser brings back what she had typed
