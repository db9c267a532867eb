// What the statement of a month's hours says.

export default {
  statement: {
    title: "Statement of hours",
    month: "Month",
    person: "Who",
    print: "Print",
    pdf: "Download PDF",
    all: "All days are approved.",
    missing: { one: "Not approved: {count} day", other: "Not approved: {count} days" },
    none: "There are no hours in this month.",
    notKept: "Without a signal the statement isn't here.",
    columns: { day: "Day", time: "From – to", site: "Site", break: "Break", net: "Net", target: "Target", approval: "Approved" },
    sources: { TAKEN: "clocked", STATED: "stated", RULE: "by rule" },
    approved: "{name}, {day}",
    notApproved: "NO",
    open: "open",
    sums: { presence: "Presence", break: "Breaks", net: "Work, net", travel: "of this, travel", target: "Target", credit: "Credited", balance: "Balance of the month", running: "Running balance" },
    corrections: "Corrections",
    before: "before {span}, {name}, {day}: {reason}",
    voided: "voided, {name}, {day}: {reason}",
    signatures: { person: "Date, signature of the employee", company: "Date, signature of the company" },
  },
};
