// What somebody types stays on their own device until it is sent, for seven days at most: a reload, a closed tab or a lost
// network loses nothing. Nothing of it is sent from here. Where a browser keeps nothing for us, forms work the same, and the
// sentence that says so is never shown. A dedication goes with its tab unless its box is ticked.
const ALL = "kept:1:"; // all that is kept, and the version of its shape
const MARK = "kept:sent"; // what was just sent, until the next page shows what became of it
const NAME = "kept:tab";
const LONGEST = 7 * 24 * 60 * 60 * 1000;
const SOON = 300; // milliseconds after a keystroke
const MOST = 8; // of one form; a tab has one
const NEVER = new Set(["hidden", "submit", "button", "password", "file", "select-one"]);

const fresh = () => Math.random().toString(36).slice(2);
const page = fresh();

const usable = (kind) => {
  try {
    window[kind].setItem("kept:try", "1"); // may be there and refuse
    window[kind].removeItem("kept:try");
    return window[kind];
  } catch {
    return null;
  }
};
const device = usable("localStorage");
const tab = device && usable("sessionStorage");

const read = (store, key) => {
  try {
    return JSON.parse(store?.getItem(key));
  } catch {
    return null;
  }
};
const keys = (store) => (store ? Object.keys(store).filter((key) => key.startsWith(ALL)) : []);
const nameIn = (key) => key.slice(ALL.length).split(" ")[0];

// Two tabs with one form keep their words apart, each under a name of its own.
const named = (name = tab?.getItem(NAME) ?? fresh()) => {
  tab?.setItem(NAME, name);
  return name;
};

for (const key of keys(device)) {
  if (!(Math.abs(Date.now() - read(device, key)?.at) < LONGEST)) device.removeItem(key);
}

// The face of a line is chosen in a list, and kept unless it is that of the others.
const isLineFace = ({ name }) => name.startsWith("face-");
const isKept = (field) => isLineFace(field) || !NEVER.has(field.type);
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && isKept(field));
const isChoice = ({ type }) => type === "radio" || type === "checkbox";
const filledIn = (field) => field.querySelector("[selected]")?.value ?? "";
const slot = (field) => (isChoice(field) ? `${field.name}=${field.value}` : field.name);
const ticked = (form) => Boolean(form.querySelector("[data-kept-tick]")?.checked);

const values = (fields, now = true) => {
  const found = {};
  for (const field of fields) {
    if (isLineFace(field)) {
      const value = now ? field.value : filledIn(field);
      if (value) found[field.name] = value;
    } else if (!isChoice(field)) found[slot(field)] = now ? field.value : field.defaultValue;
    else if (now ? field.checked : field.defaultChecked) found[slot(field)] = true;
  }
  return found;
};

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Fields that differ from what the server filled in before this script runs: in a page that was opened anew they were typed in.
// After a reload, or on the way back, a browser fills in what it remembers itself; that is no wish to have it kept.
const anew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
const differs = (field) => {
  if (isLineFace(field)) return field.value !== filledIn(field);
  return isChoice(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
};
const isTyped = (field) => differs(field) && (anew || field.autocomplete === "off");

// A number that stands for what the server had filled in: words typed over something older are not laid over something newer.
const stamp = (form) => {
  if (!("keptFilled" in form.dataset)) return 0;
  let sum = 0x811c9dc5;
  for (const letter of JSON.stringify(values(fieldsOf(form), false))) sum = Math.imul(sum ^ letter.codePointAt(0), 0x01000193);
  return sum;
};

class Kept {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.kept;
    this.note = form.querySelector("[data-kept-note]");
    this.offline = form.querySelector("[data-kept-offline]");
    this.base = stamp(form);
    this.past = [];
    this.seen = Date.now();
    this.dirty = this.stopped = false;
    const typed = new Set([...form.elements].filter((field) => isKept(field) && isTyped(field)).map(({ name }) => name));
    this.isAnswer = "keptAnswer" in form.dataset; // the server shows what was sent
    if (this.isAnswer) this.goOn();
    else this.bringBack(typed);
    if (typed.size) this.soon();
    for (const event of ["input", "change", "click"]) form.addEventListener(event, (told) => told !== this.redraw && this.soon());
    form.addEventListener("submit", (event) => this.sent(event));
    this.note?.addEventListener("click", ({ target }) => {
      if (target.closest("[data-kept-forget]")) forget();
      if (target.closest("[data-kept-again]")) this.show((this.stopped = false));
    });
    this.show();
  }

  get key() {
    return `${ALL}${this.name} ${named()}`;
  }

  show() {
    if (!this.note) return;
    this.note.classList.add("is-kept");
    this.note.querySelector("[data-kept-on]").hidden = this.stopped;
    this.note.querySelector("[data-kept-off]").hidden = !this.stopped;
  }

  stop() {
    this.stopped = true;
    this.dirty = false;
    this.show();
  }

  soon() {
    this.dirty = true;
    this.pause ??= setTimeout(() => this.save(), SOON);
  }

  save() {
    clearTimeout(this.pause);
    this.pause = null;
    if (!this.dirty || this.stopped) return;
    this.dirty = false;
    const before = read(device, this.key);
    if (before && before.page !== page && before.at > this.seen) named(fresh()); // this tab is a copy of another, which writes too
    const fields = fieldsOf(this.form);
    const alone = fields.filter((field) => field.dataset.kept === "tab" && !ticked(this.form));
    const shared = fields.filter((field) => !alone.includes(field));
    try {
      this.put(device, this.key, shared, { past: this.past, ticked: ticked(this.form) });
      this.put(tab, ALL + this.name, alone, {});
      this.seen = Date.now();
      const older = keys(device).filter((key) => nameIn(key) === this.name).sort((a, b) => read(device, b)?.at - read(device, a)?.at);
      for (const key of older.slice(MOST)) device.removeItem(key);
    } catch {
      this.note?.classList.remove("is-kept"); // full: what is not kept is not said to be
    }
  }

  put(store, key, fields, more) {
    const said = values(fields);
    // What an answer shows stands nowhere else: no later page of the server's has it.
    if (same(said, this.isAnswer ? {} : values(fields, false))) store.removeItem(key);
    else store.setItem(key, JSON.stringify({ at: Date.now(), page, base: this.base, values: said, ...more }));
  }

  // All that was sent stands in the form again, but for the box that keeps a dedication: it goes to no server.
  goOn() {
    const own = read(device, this.key);
    this.base = own?.base ?? this.base;
    this.past = own?.past ?? [];
    this.tick(own);
  }

  tick(record) {
    const box = this.form.querySelector("[data-kept-tick]");
    if (box && !isTyped(box)) box.checked = Boolean(record?.ticked);
  }

  // This tab's own words, else the newest of any: those stay where they are until what came of them was sent. What was `typed`
  // before they could be brought back is newer.
  bringBack(typed) {
    const lost = !document.cookie.includes("basket_items=") || this.name === "buy:details";
    const fits = (record) => record?.base === this.base && (!record.added || lost);
    const found = keys(device)
      .filter((key) => nameIn(key) === this.name && fits(read(device, key)))
      .sort((a, b) => (b === this.key) - (a === this.key) || read(device, b).at - read(device, a).at)[0];
    const record = found && read(device, found);
    const alone = read(tab, ALL + this.name);
    const all = { ...record?.values, ...(alone?.base === this.base ? alone.values : {}) };
    if (!Object.keys(all).length) return;
    this.past = record ? (found === this.key ? record.past : [...record.past, [found, record.at]].slice(-MOST)) : [];
    this.tick(record);
    fill(this.form, all, typed);
    this.note?.querySelector("[data-kept-back]")?.removeAttribute("hidden");
    this.redraw = new Event("input");
    addEventListener("DOMContentLoaded", () => this.form.dispatchEvent(this.redraw)); // the words on the picture, too
  }

  sent(event) {
    this.dirty ||= !read(device, this.key);
    this.save();
    if (this.offline) this.offline.hidden = navigator.onLine;
    if (!navigator.onLine) {
      event.preventDefault();
      event.submitter?.before(this.offline ?? ""); // perhaps outside of the form
      return;
    }
    const said = read(device, this.key)?.values;
    const piece = this.form.elements.piece?.value; // a change is one of the piece's words, too
    const as = piece ? `buy:${piece}` : this.name;
    tab.setItem(MARK, JSON.stringify({ name: this.name, as, key: this.key, past: this.past, values: said }));
  }
}

const fill = (form, all, typed) => {
  const linked = /[?&](variant|metal)=/.test(location.search); // whoever follows a link to gold sees gold
  for (const field of fieldsOf(form)) {
    if (typed.has(field.name)) continue;
    const there = slot(field) in all && !(linked && field.name === "variant");
    if (field.type === "checkbox" || (there && !field.disabled && field.type === "radio")) field.checked = there;
    else if (isLineFace(field)) choose(field, all[field.name] ?? "");
    else if (there && field.type !== "radio") field.value = all[slot(field)];
  }
  const face = Object.keys(all).find((name) => name.startsWith("face="))?.slice("face=".length);
  if (face && !typed.has("face") && form.elements.face?.value !== face) whenOffered(form, face);
};

// A face for one script is named by stage.js once the words ask for it.
const choose = (list, value) => {
  if (!list.querySelector(`[value="${CSS.escape(value)}"]`)) list.add(new Option(value, value));
  list.value = value;
  list.closest("details").open ||= Boolean(value);
};

// A face for one script stands among the others only once the words ask for it.
const whenOffered = (form, face) => {
  const watch = new MutationObserver(() => {
    const found = form.querySelector(`[name=face][value="${CSS.escape(face)}"]`);
    if (!found) return;
    watch.disconnect();
    found.click();
  });
  watch.observe(form, { childList: true, subtree: true });
  form.addEventListener("change", ({ target }) => target.name === "face" && watch.disconnect());
};

// What the shop has taken is kept no longer, but for what is in a basket: that may be lost with its cookie before it is bought.
const taken = ({ name, as, key, past, values: said }) => {
  const own = read(device, key);
  for (const other of keys(device)) {
    const record = read(device, other);
    const before = past.some(([older, at]) => older === other && record?.at === at);
    if (other === key || before || (nameIn(other) === name && same(record?.values, said))) device.removeItem(other);
  }
  tab.removeItem(ALL + name);
  if (own && name.startsWith("buy:")) {
    device.setItem(`${ALL}${as} ${fresh()}`, JSON.stringify({ ...own, base: 0, past: [], added: true }));
  }
};

const forget = () => {
  for (const store of [device, tab]) for (const key of keys(store)) store.removeItem(key);
  device.setItem("kept:forgotten", "1"); // other tabs hear of it, and keep nothing either
  device.removeItem("kept:forgotten");
  for (const each of forms) each.stop();
};

// What was sent is forgotten here once the shop has taken it: it then leads on to another page.
const settle = () => {
  const mark = read(tab, MARK);
  tab.removeItem(MARK);
  const again = document.querySelector(`form[data-kept="${CSS.escape(mark?.name ?? "")}"]`);
  const ledOn = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  if (mark && !again && ledOn && navigator.cookieEnabled) taken(mark);
};

const forms = [];
if (tab) {
  settle();
  const over = document.querySelector("[data-kept-bought], [data-kept-emptied]")?.dataset;
  for (const store of over ? [device, tab] : []) {
    for (const key of keys(store)) {
      if (nameIn(key).startsWith("buy:") && ("keptBought" in over || read(store, key)?.added)) store.removeItem(key);
    }
  }
  for (const form of document.querySelectorAll("form[data-kept]")) forms.push(new Kept(form));
  const save = () => forms.forEach((each) => each.save());
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", save);
  document.addEventListener("click", ({ target }) => target.closest("a[href]") && tab.removeItem(MARK));
  addEventListener("pageshow", ({ persisted }) => persisted && tab.removeItem(MARK));
  addEventListener("storage", ({ key }) => (key === null || key === "kept:forgotten") && forms.forEach((each) => each.stop()));
}
if (!navigator.cookieEnabled) for (const said of document.querySelectorAll("[data-no-cookies]")) said.hidden = false;
