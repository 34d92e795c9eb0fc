// A photograph is sent with its progress shown; its corners are moved by thumb, mouse or keyboard. Without this, the
// same forms do the same.
const STEP = 0.5;
const FAR = 5;
const REST_MS = 700;
const CLOSE_SHARE = 0.09; // of the photograph's width, seen under the glass
const CLOSE_PX = 288;
const names = ["Top left", "Top right", "Bottom right", "Bottom left"];

const sending = document.querySelector("[data-photograph]");
if (sending) {
  const said = sending.querySelector("[data-said]");
  const box = sending.querySelector("[data-sending]");
  const bar = box.querySelector("progress");
  const doing = box.querySelector("label");
  const sends = doing.textContent;
  const button = sending.querySelector("[type=submit]");
  sending.addEventListener("submit", (event) => {
    const file = sending.elements.photograph.files[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > sending.dataset.most * 1024 * 1024) {
      said.textContent = `The file is larger than ${sending.dataset.most} MB. Please choose a smaller one.`;
      return;
    }
    const asked = new XMLHttpRequest();
    const plainly = () => sending.submit();
    asked.open("POST", sending.action);
    asked.upload.addEventListener("progress", (at) => {
      bar.value = at.lengthComputable ? (100 * at.loaded) / at.total : 0;
    });
    asked.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      doing.textContent = "Tracing its outline";
      said.textContent = "The photograph is here. Its outline is being traced.";
    });
    asked.addEventListener("load", () => {
      const there = new URL(asked.responseURL || sending.action, location.href);
      if (there.pathname !== location.pathname) return location.assign(there);
      const page = new DOMParser().parseFromString(asked.responseText, "text/html");
      const main = page.querySelector("main");
      if (!main) return plainly();
      const why = [...page.querySelectorAll(".summary li")].map((one) => one.textContent.trim());
      said.textContent = why.join(" ") || page.title;
      box.hidden = true;
      button.disabled = false;
    });
    asked.addEventListener("error", () => {
      said.textContent = "The photograph did not get through. Please try again.";
      box.hidden = true;
      button.disabled = false;
    });
    bar.value = 0;
    doing.textContent = sends;
    box.hidden = false;
    button.disabled = true;
    said.textContent = "The photograph is being sent.";
    asked.send(new FormData(sending));
  });
}

const form = document.querySelector("[data-trace]");
const sheet = form?.querySelector("[data-corners]");
if (sheet) {
  const shape = sheet.querySelector("polygon");
  const status = form.querySelector("[data-part=said]");
  const field = (number, way) => form.elements[`corner-${number}-${way}`];
  const place = (number) => ["across", "down"].map((way) => Number.parseFloat(field(number, way).value) || 0);
  const kept = (value) => Math.min(105, Math.max(-5, value)); // beyond, a corner would leave a small window
  let waits;
  let asked;

  // Beside the finger that covers a corner: what lies under it, large, in the upper corner that is farther away.
  const glass = Object.assign(document.createElement("canvas"), { className: "glass", width: CLOSE_PX, height: CLOSE_PX, hidden: true });
  glass.setAttribute("aria-hidden", "true");
  const look = (number) => {
    const picture = sheet.querySelector("img");
    const [across, down] = place(number).map((value) => kept(value) / 100);
    const seen = picture.naturalWidth * CLOSE_SHARE;
    const pen = glass.getContext("2d");
    pen.fillStyle = "#fbf8f3";
    pen.fillRect(0, 0, CLOSE_PX, CLOSE_PX);
    pen.drawImage(picture, across * picture.naturalWidth - seen / 2, down * picture.naturalHeight - seen / 2, seen, seen, 0, 0, CLOSE_PX, CLOSE_PX);
    pen.fillStyle = "#1d4e6b";
    pen.fillRect(0, CLOSE_PX / 2 - 1, CLOSE_PX, 2);
    pen.fillRect(CLOSE_PX / 2 - 1, 0, 2, CLOSE_PX);
    glass.classList.toggle("glass-right", across < 0.5);
    glass.hidden = false;
  };
  const lookAway = () => {
    glass.hidden = true;
  };

  const show = () => {
    shape.setAttribute("points", names.map((_, at) => place(at + 1).join(",")).join(" "));
    for (const [at, handle] of handles.entries()) {
      const [across, down] = place(at + 1);
      handle.style.left = `${kept(across)}%`;
      handle.style.top = `${kept(down)}%`;
      handle.setAttribute("aria-label", `${names[at]} corner: ${across.toFixed(1)} across, ${down.toFixed(1)} down`);
    }
  };
  const put = (number, across, down) => {
    field(number, "across").value = kept(across).toFixed(1);
    field(number, "down").value = kept(down).toFixed(1);
    show();
  };
  const draw = async () => {
    clearTimeout(waits);
    asked?.abort();
    asked = new AbortController();
    status.textContent = "The outline is being drawn.";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const why = [...page.querySelectorAll(".summary li")].map((one) => one.textContent.trim()).join(" ");
      for (const part of form.querySelectorAll("[data-part]")) {
        const fresh = page.querySelector(`[data-part=${part.dataset.part}]`);
        if (!fresh) continue;
        for (const picture of fresh.querySelectorAll("img")) picture.src = `${picture.getAttribute("src")}?${Date.now()}`;
        part.className = fresh.className;
        part.replaceChildren(...fresh.childNodes);
      }
      if (why) status.textContent = why;
    } catch (failed) {
      if (failed.name !== "AbortError") status.textContent = "The outline could not be drawn. Please press the button again.";
    }
  };
  const soon = () => {
    clearTimeout(waits);
    waits = setTimeout(draw, REST_MS);
  };

  const handles = names.map((_, at) => {
    const number = at + 1;
    const handle = Object.assign(document.createElement("button"), { type: "button", className: "corner" });
    handle.setAttribute("aria-describedby", "corners-hint");
    const follow = (event) => {
      const frame = sheet.getBoundingClientRect();
      put(number, (100 * (event.clientX - frame.left)) / frame.width, (100 * (event.clientY - frame.top)) / frame.height);
      look(number);
    };
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.addEventListener("pointermove", follow);
      look(number);
    });
    handle.addEventListener("blur", lookAway);
    for (const end of ["pointerup", "pointercancel"])
      handle.addEventListener(end, () => {
        handle.removeEventListener("pointermove", follow);
        lookAway();
        soon();
      });
    handle.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const [across, down] = place(number);
      const step = event.shiftKey ? FAR : STEP;
      put(number, across + step * way[0], down + step * way[1]);
      look(number);
      soon();
    });
    sheet.append(handle);
    return handle;
  });
  sheet.append(glass);
  form.addEventListener("input", (event) => event.target.id.startsWith("corner-") && show());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    draw();
  });
  show();
}
