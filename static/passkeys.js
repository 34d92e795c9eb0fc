// A form with data-passkey asks a device before it is sent: to show a passkey ("get") or to make one ("create").
// The server says what to ask (data-options) and checks the answer; nothing is decided here.
const REFUSED =
  "Your device was not asked, or it said no. Nothing was sent. You can try again, or use another device.";
const UNKNOWN =
  "This browser knows no passkeys here. A current Safari, Chrome, Edge or Firefox does, at the shop’s own address.";

const bytes = (text) => {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
  ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
});

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const answered = (credential) => {
  const response = {};
  for (const part of PARTS) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
};

const refused = (said) => Object.assign(new Error(said), { said });

const ask = async (form) => {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw refused((await answer.json().catch(() => ({}))).said ?? REFUSED);
  const publicKey = asked(await answer.json());
  try {
    return await navigator.credentials[form.dataset.passkey]({ publicKey });
  } catch {
    throw refused(REFUSED);
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const place = form.querySelector("[data-passkey-said]");
  const say = (said) => {
    place.textContent = said;
    place.hidden = said === "";
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    if (!window.PublicKeyCredential) {
      say(UNKNOWN);
      return;
    }
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.querySelector("input[name=passkey]").value = answered(await ask(form));
      form.submit();
    } catch (problem) {
      say(problem.said ?? REFUSED);
      button.disabled = false;
    }
  });
}
