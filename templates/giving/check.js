"use strict";
/* Reads proofs of gifts (c2sp.org/tlog-proof@v1) and checks them here: nothing is fetched, nothing is sent. */
const KEY = document.body.dataset.key;
const WITNESSES = document.body.dataset.witnesses.split(" ").filter(Boolean);
const PLAIN = 1, COSIGNING = 4;
const utf8 = (text) => new TextEncoder().encode(text);
const digest = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts)));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => hex(one) === hex(other);
const counted = (number) => number.toLocaleString("en-GB");

class DoesNotHold extends Error {}
const need = (holds, otherwise) => { if (!holds) throw new DoesNotHold(otherwise); };

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => { whole.set(part, at); return at + part.length; }, 0);
  return whole;
}

function unhex(text) {
  need(/^([0-9a-f]{2})*$/.test(text), "The file was changed, or is not whole.");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

function decoded(text) {
  let raw = "";
  try { raw = atob(text); } catch { raw = ""; }
  need(raw && btoa(raw) === text, "The file was changed, or is not whole: one of its lines cannot be read.");
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function number(text) {
  need(/^(0|[1-9][0-9]{0,14})$/.test(text), "The file was changed, or is not whole: a number in it is none.");
  return Number(text);
}

async function readKey(written, kind = PLAIN) {
  const [name, id, coded] = written.split("+", 2).concat(written.split("+").slice(2).join("+"));
  const raw = decoded(coded);
  need(raw.length === 33 && raw[0] === kind, "This page is damaged: please fetch it anew.");
  need(hex((await digest(utf8(name + "\n"), raw)).slice(0, 4)) === id, "This page is damaged: please fetch it anew.");
  return { name, id, raw: raw.slice(1) };
}

/* What a key signed under a note, without the key's own id; null if nothing is said to be signed with it. */
function signedWith(key, lines) {
  const by = "\u2014 " + key.name + " ";
  const made = lines.filter((line) => line.startsWith(by)).map((line) => decoded(line.slice(by.length)));
  const signed = made.find((one) => hex(one.slice(0, 4)) === key.id);
  return signed ? signed.slice(4) : null;
}

async function good(key, signature, text) {
  const imported = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, utf8(text));
}

/* Who of the witnesses that this page knows saw this log, and when (c2sp.org/tlog-cosignature). */
async function seenBy(lines, text) {
  const seen = [];
  for (const written of WITNESSES) {
    const key = await readKey(written, COSIGNING), signed = signedWith(key, lines);
    if (!signed) continue;
    need(signed.length === 72, "The signature of a witness was changed.");
    const at = new DataView(signed.buffer, signed.byteOffset).getBigUint64(0);
    need(await good(key, signed.slice(8), "cosignature/v1\ntime " + at + "\n" + text),
      "The signature of the witness " + key.name + " does not fit: what was signed was changed afterwards.");
    seen.push({ name: key.name, on: new Date(Number(at) * 1000) });
  }
  return seen;
}

/* The checkpoint in a signed note, if this shop's key signed it. */
async function readCheckpoint(note) {
  const at = note.lastIndexOf("\n\n");
  need(at > 0 && note.endsWith("\n"), "The file is not whole: its end is missing.");
  const text = note.slice(0, at + 1), key = await readKey(KEY);
  const [origin, size, root, ...more] = text.split("\n");
  need(origin === key.name, "It is from another log than this shop’s.");
  need(more.length === 1, "The file was changed, or is not whole.");
  const lines = note.slice(at + 2).split("\n").slice(0, -1);
  need(lines.every((line) => /^\u2014 [^ +]+ [A-Za-z0-9+/]+=*$/.test(line)), "The file was changed: it ends otherwise.");
  const signed = signedWith(key, lines);
  need(signed, "It is not signed with this shop’s key.");
  need(await good(key, signed, text), "The signature does not fit: what was signed was changed afterwards.");
  const seen = await seenBy(lines, text);
  return { origin, size: number(size), root: decoded(root), seen };
}

/* The root to which the path leads up from a leaf (RFC 9162, section 2.1.3.2). */
async function rootOf(leaf, at, last, path) {
  let found = await digest(Uint8Array.of(0), leaf);
  for (const other of path) {
    need(last > 0, "The way from the entry to the signature is too long.");
    const [left, right] = at % 2 || at === last ? [other, found] : [found, other];
    found = await digest(Uint8Array.of(1), left, right);
    while (at === last && at && at % 2 === 0) { at /= 2; last /= 2; }
    at = Math.floor(at / 2); last = Math.floor(last / 2);
  }
  need(last === 0, "The way from the entry to the signature is too short.");
  return found;
}

function readExtra(line) {
  need(line.startsWith("extra "), "This is not the proof of a gift.");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(decoded(line.slice(6)));
  const { committed, leaf, salt } = JSON.parse(text);
  need(text === JSON.stringify({ committed, leaf, salt }), "What the file says of the order was changed.");
  return { committed, leaf, salt, entry: JSON.parse(leaf) };
}

/* What a proof says, if all of it holds. Throws DoesNotHold with a sentence. */
async function checkProof(text) {
  const end = text.indexOf("\n\n");
  const [first, extra, index, ...path] = text.slice(0, end < 0 ? undefined : end).split("\n");
  need(first === "c2sp.org/tlog-proof@v1", "This is not the proof of a gift. It comes from the page of an order.");
  need(end > 0 && index && index.startsWith("index "), "The file is not whole: its end is missing.");
  const checkpoint = await readCheckpoint(text.slice(end + 2));
  const { committed, leaf, salt, entry } = readExtra(extra), at = number(index.slice(6));
  need(at < checkpoint.size && entry.number === at + 1, "The entry bears another number than the file says.");
  const found = await rootOf(utf8(leaf), at, checkpoint.size - 1, path.map(decoded));
  need(same(found, checkpoint.root), "This entry does not stand in the log that was signed.");
  const secret = unhex(salt);
  need(secret.length === 32, "The file was changed, or is not whole.");
  const mac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const made = hex(new Uint8Array(await crypto.subtle.sign("HMAC", mac, utf8(committed))));
  need(made === entry.commitment, "The entry is not about this order and piece.");
  need(entry.kind === "accrue", "The entry is not about something that is given.");
  return { checkpoint, committed, entry };
}

const pounds = (pence) => "£" + Math.floor(pence / 100) + "." + String(pence % 100).padStart(2, "0");
const monthName = (month) =>
  new Date(month + "-15T12:00Z").toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

const dayOf = (moment) =>
  moment.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/London" });

function sentences({ checkpoint, committed, entry }) {
  const [order, unit] = committed.split(":");
  const about = unit === "0" ? "order " + order : "piece " + unit + " of order " + order;
  const test = checkpoint.origin.endsWith("/test") ? " It is a test order: no money moved." : "";
  return [
    pounds(entry.pence) + " for " + about + " is entry " + counted(entry.number) + " in our log of giving, in " +
      monthName(entry.month) + "." + test,
    "It is about this order and piece and no other: nobody else can be shown the same entry as theirs.",
    "It stands in the log as it was signed when it had " + counted(checkpoint.size) +
      (checkpoint.size === 1 ? " entry" : " entries") + ". If it were changed or taken out, the signature would not fit.",
    "The signature was made with this shop’s key, and it is good.",
    ...checkpoint.seen.map(({ name, on }) => "On " + dayOf(on) + " " + name + ", which is not ours, saw the same log and " +
      "signed it; it signs no other."),
  ];
}

const why = (problem) => problem instanceof DoesNotHold ? problem.message
  : problem && problem.name === "NotSupportedError"
    ? "This browser cannot check such signatures yet. A newer one can, and so can the short program below."
    : "The file was changed, or is not whole.";

async function checkText(name, text) {
  try {
    need(globalThis.crypto && crypto.subtle, "A browser checks signatures only on a page that came safely. Please open " +
      "this page by https, or save it and open it from your device.");
    const proof = await checkProof(text);
    return { name, holds: true, said: sentences(proof), proof };
  } catch (problem) {
    return { name, holds: false, said: [why(problem)] };
  }
}

async function checkFile(file) {
  if (file.size > 65536) return { name: file.name, holds: false, said: ["This is not the proof of a gift: it is far too long."] };
  const raw = new Uint8Array(await file.arrayBuffer());
  try {
    return checkText(file.name, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
  } catch {
    return { name: file.name, holds: false, said: ["The file was changed, or is not whole."] };
  }
}

function shown({ name, holds, said }) {
  const item = document.getElementById(holds ? "holds" : "fails").content.cloneNode(true);
  item.querySelector("[data-name]").textContent = name;
  item.querySelector("[data-said]").textContent = said[0];
  const list = item.querySelector("[data-more]");
  for (const line of said.slice(1)) list.append(Object.assign(document.createElement("li"), { textContent: line }));
  return item;
}

let last = null;
async function checkFiles(files) {
  const results = document.getElementById("results");
  const found = [];
  for (const file of files) found.push(await checkFile(file));
  last = (found.find((one) => one.holds) || {}).proof || null;
  results.replaceChildren(...found.map(shown));
  const bad = found.filter((one) => !one.holds).length;
  document.getElementById("summary").textContent = found.length > 1
    ? counted(found.length - bad) + " of " + counted(found.length) + " hold." : "";
}

/* Two checkpoints of one size must have one root: else two people were shown two logs. */
async function compare(note) {
  need(last, "Please choose your proof first.");
  const other = await readCheckpoint(note.replace(/\r\n/g, "\n").trim() + "\n"), mine = last.checkpoint;
  if (other.size === mine.size) {
    need(same(other.root, mine.root), "These two are of the same length and differ. Both are signed, so two people were " +
      "shown two different logs. That must never be: please keep both, and show them to the charity.");
    return "It is the same log: both were signed with " + counted(mine.size) + " entries, and are alike.";
  }
  return "It is signed, and has " + counted(other.size) + " entries, while your proof is of the log when it had " +
    counted(mine.size) + ". Take your proof once more from your order’s page on the day such a checkpoint is made: " +
    "two of the same length can be compared.";
}

async function start() {
  const chosen = document.getElementById("files"), drop = document.getElementById("drop");
  document.getElementById("tool").hidden = false;
  const key = await readKey(KEY);
  document.getElementById("fingerprint").textContent = hex((await digest(key.raw)).slice(0, 8)).match(/.{4}/g).join(" ");
  chosen.addEventListener("change", () => checkFiles(chosen.files));
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", (event) => { drop.classList.remove("over"); checkFiles(event.dataTransfer.files); });
  document.getElementById("compare").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = document.getElementById("compared");
    try { said.textContent = await compare(document.getElementById("checkpoint").value); }
    catch (problem) { said.textContent = why(problem); }
  });
}
if (KEY) start();
