// Counts how long ago the page was rendered: on a page from the cache that is longer ago than the visit.
const rendered = document.querySelector("[data-rendered]");
const stamp = rendered.textContent.replace("T", " ").replace("Z", " UTC");

function tick() {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(rendered.dateTime)) / 1000));
    const ago = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
    rendered.textContent = `${stamp} (${ago} ago)`;
}

tick();
setInterval(tick, 1000);
