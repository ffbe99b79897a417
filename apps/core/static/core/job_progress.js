"use strict";

// A job at work: ask how far it is, and reload the page when it has ended.
function watchProgress(box) {
    const bar = box.querySelector("progress");
    const text = box.querySelector("[data-progress-text]");
    let delay = 700;
    async function ask() {
        try {
            const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
            if (!answer.ok) {
                throw new Error(String(answer.status));
            }
            const progress = await answer.json();
            if (progress.is_over) {
                window.location.reload();
                return;
            }
            if (progress.percent !== null) {
                bar.value = progress.percent;
            }
            if (progress.sentence) {
                text.textContent = progress.sentence;
            }
            delay = Math.min(delay * 1.1, 2500);
        } catch {
            // The server may be restarting: the job goes on without this page.
            delay = 5000;
        }
        setTimeout(ask, delay);
    }
    box.querySelector("[data-progress-reload]").hidden = true;
    setTimeout(ask, delay);
}

document.querySelectorAll("[data-progress]").forEach(watchProgress);
