// Was die Seite für eine Kontrolle sagt. Immer auf Deutsch: Die Aufzeichnungen werden auf Deutsch verlangt.

export default {
  record: {
    title: "Für die Kontrolle",
    lead: "Beginn, Ende und Dauer der täglichen Arbeitszeit ohne Pausen (§ 17 MiLoG). Geteilt um Mitternacht.",
    asOf: "Stand: {moment}",
    offline: "Kein Empfang. Stand: {moment}",
    period: "{from} bis {to}",
    waiting: "Noch nicht übertragen",
    waitingLead: "Auf diesem Handy erfasst. Der Server kennt es noch nicht.",
    sent: "Übertragen, noch nicht im Stand",
    sentLead: "Der Server hat es. In den Tagen unten fehlt es noch.",
    kinds: {
      "check-in": "Kommen", "check-out": "Gehen", "break-start": "Pause", "break-end": "Weiter", "break-stated": "Pause angegeben",
    },
    span: "{from}–{to} Uhr",
    open: "seit {from} Uhr",
    running: "läuft",
    travel: "Fahrt",
    break: "Pause {duration}",
    byRule: "Pause {duration} (nach Regel abgezogen)",
    hours: "{hours} Std.",
    none: "In dieser Zeit wurde nicht gearbeitet.",
    notKept: "Ohne Empfang sind auf diesem Handy noch keine Stunden da.",
    print: "Drucken",
  },
};
