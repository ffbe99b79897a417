"use strict";

// The codes are shown once: one click each to copy, download or print them.
const codes = document.getElementById("recovery-codes");
const actions = document.getElementById("recovery-code-actions");

function text() {
    return [...codes.querySelectorAll("li")].map((code) => code.textContent).join("\n") + "\n";
}

function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
    link.download = `recovery-codes-${location.hostname}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
}

if (codes && actions) {
    const status = actions.querySelector("[role=status]");
    // The clipboard is closed to pages without HTTPS.
    actions.querySelector("[name=copy]").hidden = !navigator.clipboard;
    actions.hidden = false;
    actions.addEventListener("click", async (event) => {
        const name = event.target.closest("button")?.name;
        if (name === "copy") {
            await navigator.clipboard.writeText(text());
            status.textContent = "Copied.";
        } else if (name === "download") {
            download();
            status.textContent = "Downloaded.";
        } else if (name === "print") {
            window.print();
        }
    });
}
