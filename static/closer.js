// The piece looked at closely, and as large as life on this very screen. Loaded when somebody asks for it.
// A bank card is 85.60 by 53.98 mm (ISO/IEC 7810, ID-1), a one pound coin 23.43 mm across, a penny 20.3 (the Royal Mint).
const CARD = { short: 53.98, long: 85.6 };
const COIN = 23.43;
const PENNY = 20.3;
const HAND = { wide: 75, high: 134, piece: 0.44 }; // hand.svg, and how far down a piece lies on it
const KEY = "screen";
const STEPS = [1, 1.7, 2.8, 4.5];

// Screen pixels, which zooming the page does not change, to a millimetre; kept on the device, if it keeps anything.
let known = 0;
try {
  known = Number(localStorage.getItem(KEY));
} catch {}
const perMm = () => known / devicePixelRatio;
const keep = (pixels) => {
  known = pixels * devicePixelRatio;
  try {
    localStorage.setItem(KEY, known);
  } catch {}
};

const make = (tag, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
};
const button = (textContent, onclick, className = "button button-quiet") => make("button", { type: "button", textContent, className, onclick });

const link = make("link", { rel: "stylesheet" });
const dialog = make("dialog", { className: "closer" });
const look = make("div", { className: "closer-look", tabIndex: 0, role: "group", ariaLabel: "The picture" });
const said = make("p", { className: "closer-said" });
const bar = make("div", { className: "closer-bar" });
dialog.append(bar, look, said);
let step = 0;
let view;

const copy = () => {
  const picture = make("div", { className: "closer-picture" });
  for (const part of view.children) picture.append(part.cloneNode(true));
  const words = picture.querySelector("[data-words]");
  words.innerHTML = words.innerHTML.replaceAll(view.dataset.picture, `${view.dataset.picture}-closer`); // no id twice
  picture.querySelector("img").loading = "eager";
  return picture;
};

const close = () => button("Close", () => dialog.close(), "button");

const closely = () => {
  const picture = copy();
  for (const part of picture.querySelectorAll("source")) part.sizes = "1600px"; // the largest there is
  const across = Math.min(look.clientWidth, (look.clientHeight * 4) / 5) || innerWidth;
  const size = () => {
    const at = [look.scrollLeft + look.clientWidth / 2, look.scrollTop + look.clientHeight / 2];
    const before = [look.scrollWidth, look.scrollHeight];
    picture.style.width = `${across * STEPS[step]}px`;
    look.scrollTo((at[0] * look.scrollWidth) / before[0] - look.clientWidth / 2, (at[1] * look.scrollHeight) / before[1] - look.clientHeight / 2);
    nearer.disabled = step === STEPS.length - 1;
    further.disabled = step === 0;
  };
  const go = (by) => {
    step = (step + by + STEPS.length) % STEPS.length;
    size();
  };
  const nearer = button("Larger", () => go(1));
  const further = button("Smaller", () => go(-1));
  picture.onclick = () => go(1);
  bar.replaceChildren(nearer, further, button("True size", trueSize), button("In the hand", inHand), close());
  look.replaceChildren(picture);
  said.textContent = "Larger and Smaller bring it closer. True size and In the hand show how large it is.";
  size();
};

const asLife = () => {
  const picture = copy();
  const coin = make("div", { className: "closer-coin", textContent: "A £1 coin" });
  picture.style.width = `${view.dataset.mm * perMm()}px`;
  coin.style.width = `${COIN * perMm()}px`;
  bar.replaceChildren(button("Look closely", closely), button("In the hand", inHand), button("Measure again", measure), close());
  look.replaceChildren(make("div", { className: "closer-life" }, picture, coin));
  said.textContent = "This is its true size on your screen.";
};

const trueSize = () => (known ? asLife() : measure());

// As large as life where the screen was measured; else as large as the window, beside a penny.
const inHand = () => {
  const scale = known ? perMm() : Math.min(look.clientWidth / HAND.wide, look.clientHeight / HAND.high);
  const picture = copy();
  const shown = picture.querySelector("img");
  shown.alt = `${shown.alt === view.dataset.alt ? "Your piece." : shown.alt} It lies in a drawn hand.`;
  const hand = make("div", { className: "closer-hand" }, picture);
  hand.style.width = `${HAND.wide * scale}px`;
  picture.style.width = `${view.dataset.mm * scale}px`;
  if (!known) {
    const penny = make("div", { className: "closer-coin", textContent: "A penny" });
    penny.style.width = `${PENNY * scale}px`;
    hand.append(penny);
  }
  bar.replaceChildren(button("Look closely", closely), button("True size", trueSize), close());
  look.replaceChildren(hand);
  look.scrollTo((look.scrollWidth - look.clientWidth) / 2, hand.clientHeight * HAND.piece - look.clientHeight / 2);
  said.textContent = known
    ? "This is its true size on your screen, in a drawn hand that is 7 cm across."
    : "In a drawn hand that is 7 cm across, with a penny beside it. To see it in its true size, press True size.";
};

const measure = () => {
  const card = make("div", { className: "closer-card", textContent: "Your card" });
  const usual = known ? perMm() : matchMedia("(pointer: coarse)").matches ? 6.2 : 3.8;
  const range = make("input", { type: "range", min: 2.4 * CARD.short, max: 9 * CARD.short, step: 0.5, ariaLabel: "How wide the card is on the screen" });
  const size = () => {
    card.style.width = `${range.value}px`;
    card.style.height = `${(range.value * CARD.long) / CARD.short}px`;
  };
  range.value = usual * CARD.short;
  range.oninput = size;
  size();
  const done = button("It fits", () => {
    keep(range.value / CARD.short);
    asLife();
  });
  bar.replaceChildren(done, close());
  look.replaceChildren(make("div", { className: "closer-measure" }, range, card));
  said.textContent = "Hold a bank card upright against the screen. Move the slider until the frame is as wide as the card. The size is kept on this device, and nowhere else.";
  range.focus();
};

export const open = async (shown, name, style) => {
  view = shown;
  step = 0;
  dialog.ariaLabel = name;
  if (!dialog.isConnected) {
    document.querySelector("main").append(dialog);
    await new Promise((done) => document.head.append(Object.assign(link, { href: style, onload: done, onerror: done })));
  }
  dialog.showModal();
  closely();
};
