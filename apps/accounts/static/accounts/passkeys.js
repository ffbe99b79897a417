"use strict";

// Passkeys: a form with `data-passkey` asks the browser for one and posts what it answers.
// "create" and "get" take their options from the page, "login" fetches fresh ones.
async function answerOf(form) {
    const kind = form.dataset.passkey;
    if (kind === "login") {
        const response = await fetch(form.action, { headers: { Accept: "application/json" } });
        if (!response.ok) {
            throw new Error(String(response.status));
        }
        return webauthnJSON.get((await response.json()).request_options);
    }
    const data = JSON.parse(document.getElementById("js_data").textContent);
    if (kind === "get") {
        return webauthnJSON.get(data.request_options);
    }
    const options = data.creation_options;
    const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
    options.publicKey.authenticatorSelection = { ...options.publicKey.authenticatorSelection, ...wanted };
    return webauthnJSON.create(options);
}

// What a browser's refusal means, in words.
const REASONS = {
    NotAllowedError: "No passkey was chosen, or it took too long. Try again.",
    InvalidStateError: "This device already has a passkey for your account.",
    SecurityError: "Passkeys need a secure connection (HTTPS) and the site's own address.",
    NotSupportedError: "This device can't create a suitable passkey.",
};

document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
        const said = form.querySelector("[data-passkey-error]");
        const say = (text) => {
            said.textContent = text;
            said.hidden = false;
        };
        if (!webauthnJSON.supported()) {
            form.querySelector("button").disabled = true;
            say("This browser or connection doesn't support passkeys.");
            continue;
        }
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            said.hidden = true;
            try {
                form.querySelector("input[name=credential]").value = JSON.stringify(await answerOf(form));
                HTMLFormElement.prototype.submit.call(form);
            } catch (error) {
                say(REASONS[error.name] ?? "That didn't work. Try again, or sign in another way.");
            }
        });
    }
});
