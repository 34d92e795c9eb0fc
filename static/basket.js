// The pages are the same for everyone; how much is in her basket is known only to her own browser.
const show = () => {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("basket_items="));
  const items = found ? Number.parseInt(found.slice("basket_items=".length), 10) : 0;
  for (const place of document.querySelectorAll("[data-basket-count]")) {
    place.textContent = items > 0 ? String(items) : "";
  }
};

show();
addEventListener("pageshow", show); // also when she comes back with the browser's own button
