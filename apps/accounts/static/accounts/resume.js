// Continues the request that waited for a second factor. Without JavaScript, people press the button.
document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-resume]");
    if (form) {
        // A field may be named "submit".
        HTMLFormElement.prototype.submit.call(form);
    }
});
