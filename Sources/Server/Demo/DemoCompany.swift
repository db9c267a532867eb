/// The company that `seed-demo` makes: who is there, where they work, and what they have used. Days count back from today.
enum DemoCompany {
    static let name = "Fliesen Brandt GmbH"
    static let password = "polier-demo"
    static let domain = "fliesen-brandt.example"

    struct Person {
        let firstName: String
        let lastName: String
        let isManager: Bool

        var email: String { "\(firstName.lowercased())@\(DemoCompany.domain)" }
    }

    struct Building {
        let name: String
        let address: (number: String, street: String, postalCode: String, city: String)
        let startsDaysAgo: Int
        let lastsDays: Int
        let isUrgent: Bool
        let notes: String
        /// First names.
        let crew: [String]
        let materials: [Stock]
    }

    /// Amounts in thousandths of the unit.
    struct Stock {
        let name: String
        let unit: String
        let first: Int64
        let threshold: Int64
        let uses: [Use]

        init(_ name: String, _ unit: String, _ first: Double, low threshold: Double, _ uses: [Use] = []) {
            (self.name, self.unit, self.uses) = (name, unit, uses)
            self.first = Int64((first * 1000).rounded())
            self.threshold = Int64((threshold * 1000).rounded())
        }
    }

    struct Use {
        let daysAgo: Int
        let delta: Int64
        let who: String
        let note: String?

        init(_ daysAgo: Int, _ delta: Double, _ who: String, _ note: String? = nil) {
            (self.daysAgo, self.who, self.note) = (daysAgo, who, note)
            self.delta = Int64((delta * 1000).rounded())
        }
    }

    static let people = [
        Person(firstName: "Sabine", lastName: "Brandt", isManager: true),
        Person(firstName: "Jonas", lastName: "Keller", isManager: true),
        Person(firstName: "Mehmet", lastName: "Yıldız", isManager: false),
        Person(firstName: "Piotr", lastName: "Nowak", isManager: false),
        Person(firstName: "Lena", lastName: "Vogt", isManager: false),
        Person(firstName: "Tobias", lastName: "Hartmann", isManager: false),
    ]

    /// Who is on a site now, and since how many minutes.
    static let atWork: [String: Int64] = ["Mehmet": 161, "Piotr": 94, "Lena": 148]

    static let buildings = [
        Building(
            name: "Badsanierung Südvorstadt", address: ("87", "Karl-Liebknecht-Straße", "04275", "Leipzig"),
            startsDaysAgo: 24, lastsDays: 38, isUrgent: true,
            notes: "2. OG links. Schlüssel beim Hausmeister, Herrn Lindner. Leise Arbeiten vor 8 Uhr.",
            crew: ["Mehmet", "Lena"],
            materials: [
                Stock(
                    "Feinsteinzeug 60×60 anthrazit", "m²", 46.8, low: 8,
                    [
                        Use(17, -9.36, "Mehmet", "Boden Bad"), Use(12, -12.24, "Mehmet", "Dusche"),
                        Use(5, -8.64, "Lena"),
                    ]),
                Stock(
                    "Wandfliese 30×60 weiß matt", "m²", 62.4, low: 10,
                    [
                        Use(15, -14.4, "Lena", "Wand links"), Use(10, -18, "Lena"),
                        Use(3, -11.52, "Mehmet", "Vorwand WC"),
                    ]),
                Stock(
                    "Flexkleber C2TE", "Sack", 24, low: 6,
                    [
                        Use(17, -5, "Mehmet"), Use(12, -6, "Mehmet"), Use(8, -4, "Lena"),
                        Use(3, -5, "Lena", "Rest für Nische"),
                    ]),
                Stock("Fugenmörtel silbergrau", "Sack", 8, low: 2, [Use(9, -2, "Lena"), Use(4, -1, "Mehmet")]),
                Stock(
                    "Sanitärsilikon silbergrau", "Kartusche", 12, low: 3, [Use(4, -2, "Lena", "Dusche und Waschtisch")]),
                Stock("Dichtband 120 mm", "m", 50, low: 10, [Use(20, -18.5, "Mehmet"), Use(19, -9.25, "Mehmet")]),
                Stock("Fliesenkreuze 2 mm", "Beutel", 10, low: 2, [Use(17, -2, "Mehmet"), Use(10, -2, "Lena")]),
            ]),
        Building(
            name: "Neubau Kita Sonnenhügel", address: ("14", "Am Obstgarten", "04349", "Leipzig"),
            startsDaysAgo: 10, lastsDays: 62, isUrgent: false,
            notes: "Küche und vier Waschräume. Anlieferung nur über die Baustraße, Container links vom Tor.",
            crew: ["Piotr", "Tobias", "Mehmet"],
            materials: [
                Stock(
                    "Bodenfliese R11 20×20 sandbeige", "m²", 180, low: 40,
                    [
                        Use(6, -22.4, "Piotr", "Küche"), Use(4, -25.6, "Tobias", "Küche"),
                        Use(2, -19.2, "Piotr", "Waschraum 1"),
                    ]),
                Stock("Wandfliese 15×15 bunt gemischt", "m²", 96, low: 20, [Use(3, -8.1, "Tobias", "Waschraum 1")]),
                Stock(
                    "Flexkleber C2TE", "Sack", 60, low: 15,
                    [
                        Use(6, -8, "Piotr"), Use(4, -9, "Tobias"), Use(2, -7, "Piotr"),
                    ]),
                Stock("Epoxidfuge grau", "kg", 40, low: 10, [Use(3, -6.5, "Piotr", "Küche")]),
                Stock("Tiefgrund", "l", 50, low: 10, [Use(8, -15, "Tobias"), Use(7, -12.5, "Tobias")]),
                Stock("Verbundabdichtung 2K", "kg", 90, low: 25, [Use(7, -32, "Piotr", "Küche, zwei Lagen")]),
                Stock("Sockelfliese sandbeige", "m", 120, low: 20, []),
            ]),
        Building(
            name: "Treppenhaus Waldstraße", address: ("31", "Waldstraße", "04105", "Leipzig"),
            startsDaysAgo: 40, lastsDays: 46, isUrgent: false,
            notes: "Denkmalschutz: alte Zementfliesen erhalten, nur Fehlstellen ersetzen.",
            crew: ["Lena", "Tobias"],
            materials: [
                Stock(
                    "Zementfliese 20×20, Muster 14", "Stück", 260, low: 40,
                    [
                        Use(33, -64, "Lena", "Erdgeschoss"), Use(26, -58, "Tobias", "1. OG"),
                        Use(18, -52, "Lena", "2. OG"),
                        Use(13, -12, "Lena", "Bruch"),
                    ]),
                Stock(
                    "Mittelbettmörtel", "Sack", 18, low: 4,
                    [
                        Use(33, -5, "Lena"), Use(26, -5, "Tobias"), Use(18, -6, "Lena"),
                    ]),
                Stock("Fugenmörtel zementgrau", "Sack", 6, low: 1, [Use(24, -2, "Tobias"), Use(11, -2, "Lena")]),
                Stock("Steinöl", "l", 10, low: 2, [Use(9, -3.75, "Lena", "EG und 1. OG")]),
                Stock("Abdeckvlies", "m²", 75, low: 10, [Use(39, -50, "Tobias")]),
                Stock(
                    "Treppenkantenprofil Messing", "m", 42, low: 6,
                    [
                        Use(20, -13.2, "Tobias"), Use(16, -14.4, "Tobias"), Use(15, 6, "Jonas", "nachgeliefert"),
                    ]),
            ]),
    ]
}
