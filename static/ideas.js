// An idea that is pressed puts its words into lines that are empty; over words of somebody's own only when they say so.
// Without this file each idea is a link to the page of ideas.
const ideas = document.querySelector("[data-ideas]");
const form = ideas.closest("form");
const ours = new Map(); // what an idea put into a field, until it is written over
let asleep = false;

const field = (name) => form.elements[name];
const isOurs = (name) => ours.has(name) && field(name).value === ours.get(name).text;
const called = (name) => form.querySelector(`#sign-line [value="${name}"]`)?.textContent.replace(/^\w/, (letter) => letter.toUpperCase()) ?? "the line";
const both = (texts) => texts.join(" and ");

// Seen below the idea, and spoken from one place, for what is put into a page together with its words is not spoken.
const said = Object.assign(document.createElement("p"), { className: "small" });
const spoken = ideas.querySelector("[role=status]");
const answers = Object.assign(document.createElement("div"), { className: "ways" });
const tell = (sentence, ...buttons) => {
  said.textContent = spoken.textContent = sentence;
  answers.replaceChildren(...buttons.map(([textContent, onclick]) => Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent, onclick })));
  answers.scrollIntoView({ block: "nearest" });
};

const write = (name, text) => {
  field(name).value = text;
  asleep = true; // this is no typing
  field(name).dispatchEvent(new Event("input", { bubbles: true })); // drawn, and kept
  asleep = false;
};

const takeBack = (names) => {
  for (const name of names.filter(isOurs)) write(name, ours.get(name).before);
  for (const name of names) ours.delete(name);
};

const put = (idea, names, texts, button) => {
  for (let at = names.length; at--; ) { // the first last: its side is the one in sight then
    ours.set(names[at], { text: texts[at], before: field(names[at]).value, idea });
    write(names[at], texts[at]);
  }
  button.focus({ preventScroll: true }); // an answer that was pressed is gone
  tell(
    `${names.map((name, at) => `${called(name)}: “${texts[at]}”`).join(". ")}. You can write over it.`,
    ["Write over it", () => field(names[0]).focus()],
    ["Undo", () => {
      takeBack(names);
      tell("Taken out again.");
      button.focus();
    }],
  );
};

const begin = (button) => {
  const idea = button.parentElement;
  const texts = button.dataset.start.split("|");
  const places = button.dataset.places.split(" ").map((place) => place.split("+"));
  takeBack([...ours.keys()].filter((name) => ours.get(name).idea === idea)); // another way to say the same
  idea.after(said, answers);
  const free = places.find((names) => names.every((name) => !field(name).value.trim()));
  if (free) return put(idea, free, texts, button);
  const [names] = places;
  tell(
    `Your words are in ${both(names.map(called))}. Put “${both(texts)}” there instead?`,
    ["Put it there", () => put(idea, names, texts, button)],
    ["Leave my words", () => {
      tell("Your words are as they were.");
      button.focus();
    }],
  );
};

for (const idea of ideas.querySelectorAll(".ways")) idea.hidden = false;
ideas.addEventListener("click", ({ target }) => target.dataset.start && begin(target));
form.addEventListener("input", ({ target }) => {
  if (asleep || !ours.delete(target.name)) return;
  tell(""); // somebody's own words now: nothing is to be undone
});
for (const event of ["focusin", "click"]) form.addEventListener(event, ({ target }) => isOurs(target.name) && target.select()); // the first letter replaces it
