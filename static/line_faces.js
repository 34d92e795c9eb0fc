// Each lettering in the list of a line shows that line in it, as the tiles do. Loaded by stage.js with the first list that is
// used, where a browser can draw in one; elsewhere the list has names alone.
const shown = new WeakMap(); // by list, the question that was answered last

export const show = async (select, address) => {
  if (shown.get(select) === address) return;
  shown.set(select, address);
  const answer = await fetch(address).catch(() => null);
  if (shown.get(select) !== address) return; // the line is another by now
  if (!answer?.ok) return shown.delete(select);
  const said = document.createElement("template");
  for (const [slug, html] of Object.entries(await answer.json())) {
    const option = select.querySelector(`[value="${slug}"]`);
    said.innerHTML = html;
    option?.querySelector("svg")?.remove();
    const drawing = said.content.firstElementChild;
    if (drawing.matches("svg")) option?.prepend(drawing); // a face that lacks a letter begins with its name
  }
};
