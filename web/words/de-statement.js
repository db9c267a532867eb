// Was der Stundennachweis eines Monats sagt.

export default {
  statement: {
    title: "Stundennachweis",
    month: "Monat",
    person: "Wer",
    print: "Drucken",
    pdf: "PDF laden",
    all: "Alle Tage sind freigegeben.",
    missing: { one: "Nicht freigegeben: {count} Tag", other: "Nicht freigegeben: {count} Tage" },
    none: "In diesem Monat sind keine Stunden.",
    notKept: "Ohne Empfang ist der Nachweis nicht da.",
    columns: { day: "Tag", time: "Von – bis", site: "Baustelle", break: "Pause", net: "Netto", target: "Soll", approval: "Freigabe" },
    sources: { TAKEN: "gestempelt", STATED: "angegeben", RULE: "nach Regel" },
    approved: "{name}, {day}",
    notApproved: "NEIN",
    open: "offen",
    sums: { presence: "Anwesenheit", break: "Pausen", net: "Arbeitszeit netto", travel: "davon Fahrt", target: "Soll", credit: "Angerechnet", balance: "Saldo des Monats", running: "Saldo insgesamt" },
    corrections: "Korrekturen",
    before: "vorher {span}, {name}, {day}: {reason}",
    voided: "gestrichen, {name}, {day}: {reason}",
    signatures: { person: "Datum, Unterschrift der beschäftigten Person", company: "Datum, Unterschrift der Firma" },
  },
};
