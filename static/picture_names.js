// What is heard of a drawing: a picture's name, and how tall letters are. Loaded by stage.js with the first one.

// A picture is called by what is on it; one without words by its own name, which is kept beside it.
export const name = (view, fields) => {
  const picture = view.querySelector("img");
  view.dataset.alt ??= picture.alt;
  const sides = view.dataset.sides.split(" ");
  const on = fields.filter(({ name, value }) => value.trim() && sides.some((side) => name.startsWith(`engraving-${side}-`)));
  const said = on.map(({ value }) => `“${value.trim()}”`);
  if (sides.some((side) => document.querySelector(`[data-artwork="${side}"]`))) said.push("your artwork");
  const what = sides.length > 1 ? "Your piece" : `The ${view.dataset.name}`;
  picture.alt = said.length ? `${what}, with ${said.join(", ")} on it.` : view.dataset.alt;
};

const heights = new Map(); // as they were spoken last, by the field's name

// A sentence for each line whose letters are of another height than was said before.
export const newHeights = (lines, fields) => fields.flatMap((field) => {
  const [sentence, wrong] = lines[field.name] ?? [""];
  const tall = (!wrong && sentence.match(/^.* mm tall\./)?.[0]) || "";
  if (tall === (heights.get(field.name) ?? "")) return [];
  heights.set(field.name, tall);
  const [label] = field.labels;
  if (!label) return []; // the page is being left, and nobody hears it any more
  const side = field.closest("fieldset")?.querySelector("legend").firstChild.textContent.trim();
  const line = label.firstChild.textContent.trim();
  return tall ? [`${side ? `${side}, ` : ""}${line}: ${tall}`] : [];
});
