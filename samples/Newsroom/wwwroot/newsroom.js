// Counts how long ago the page was rendered, and the list on it computed: on a page from the cache that is longer ago than the visit.
const stamps = [...document.querySelectorAll("[data-rendered], [data-computed]")]
    .map(time => ({ time, text: time.textContent.replace("T", " ").replace("Z", " UTC") }));

function tick() {
    for (const { time, text } of stamps) {
        const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
        const ago = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
        time.textContent = `${text} (${ago} ago)`;
    }
}

tick();
setInterval(tick, 1000);
