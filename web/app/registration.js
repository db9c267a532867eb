// Whether a company can register itself here. It is part of the page, so no request is needed.

export const registrationIsOpen = document.body.dataset.registration !== "closed";
