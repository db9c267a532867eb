// Whether a company can register itself here. The page says so, so that nothing has to be asked.

export const registrationIsOpen = document.body.dataset.registration !== "closed";
