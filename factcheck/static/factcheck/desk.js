// The desk's pages work without this file: it renews what workers are changing, and guards what was typed.
"use strict";

// While a part of the page says that workers are at it, fetch the page again and swap that part in.
function renewLive() {
  const waiting = document.querySelector("[data-refresh]");
  if (!waiting) return;
  window.setTimeout(async () => {
    const isBusy = document.activeElement && document.activeElement.matches("input, textarea, select");
    if (!isBusy && !document.hidden) {
      try {
        const answer = await fetch(window.location.href, { headers: { "X-Renewal": "1" } });
        if (answer.ok) swap(await answer.text());
      } catch {
        // The server is not there for a moment: the next turn tries again.
      }
    }
    renewLive();
  }, 1000 * Number(waiting.dataset.refresh || 3));
}

function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (!now || now.innerHTML === part.innerHTML) continue;
    const opened = [...part.querySelectorAll("details")].map((one) => one.open);
    part.innerHTML = now.innerHTML;
    const details = part.querySelectorAll("details");
    if (details.length === opened.length) details.forEach((one, number) => { one.open = opened[number]; });
  }
}

// Ask before a page with typed text is left, and refuse what is too large before it is sent.
function guard(form) {
  let isTouched = false;
  form.addEventListener("input", () => { isTouched = true; });
  form.addEventListener("submit", (event) => {
    const most = Number(form.dataset.mostBytes || 0);
    if (most && sizeOf(form) > most) {
      event.preventDefault();
      window.alert(`This is larger than ${Math.floor(most / 1e6)} MB. Cut it down to the article, or paste the passage as text.`);
      return;
    }
    isTouched = false;
  });
  window.addEventListener("beforeunload", (event) => { if (isTouched) event.preventDefault(); });
}

function sizeOf(form) {
  let size = 0;
  for (const value of new FormData(form).values()) {
    size += typeof value === "string" ? new Blob([value]).size : value.size;
  }
  return size;
}

document.querySelectorAll("form[data-guard]").forEach(guard);
renewLive();
