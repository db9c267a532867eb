import Storage

/// A place with holidays of its own: a state of Germany, by its code of ISO 3166-2.
public enum Region: String, Edited, CaseIterable {
    case badenWuerttemberg = "DE-BW"
    case bavaria = "DE-BY"
    case berlin = "DE-BE"
    case brandenburg = "DE-BB"
    case bremen = "DE-HB"
    case hamburg = "DE-HH"
    case hesse = "DE-HE"
    case mecklenburg = "DE-MV"
    case lowerSaxony = "DE-NI"
    case northRhine = "DE-NW"
    case rhineland = "DE-RP"
    case saarland = "DE-SL"
    case saxony = "DE-SN"
    case saxonyAnhalt = "DE-ST"
    case schleswig = "DE-SH"
    case thuringia = "DE-TH"
}
