import Core

/// The company that `seed-demo` creates: its people, their sites, and the material they used. Days count back from today.
enum DemoCompany {
    static let name = "Fliesen Brandt GmbH"
    static let password = "polier-demo"
    static let domain = "fliesen-brandt.example"

    struct Person {
        let firstName: String
        let lastName: String
        let role: Role
        var phone: String?
        var personnelNumber: String?
        /// Whether the person signs in with a card, because they have no email address.
        var hasCard = false

        var email: String { "\(firstName.lowercased())@\(DemoCompany.domain)" }

        /// What the person is, as the list of the demo's sign-ins says it.
        var title: String {
            if hasCard { return "worker without an email address: show them a card" }
            if firstName == DemoCompany.owner { return "owner" }
            if DemoCompany.buildings.contains(where: { $0.foremen.contains(firstName) }) { return "foreman" }
            return role.rawValue.lowercased()
        }
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
        /// Those of the crew who lead it.
        var foremen: [String] = []
        let materials: [Supply]
        var end: End?
    }

    /// How a site ended that isn't worked on any more.
    struct End {
        enum Way {
            /// The reasons why material was thrown away, by its name; the rest went to the depot.
            case finished(scrapped: [String: String])
            case removed
        }

        let daysAgo: Int
        let way: Way
    }

    /// Amounts in thousandths of the unit.
    struct Supply {
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

    /// The first of the people.
    static let owner = "Sabine"

    static let people = [
        Person(firstName: owner, lastName: "Brandt", role: .manager, phone: "+49 341 5550110"),
        Person(firstName: "Jonas", lastName: "Keller", role: .manager, phone: "+49 341 5550111"),
        Person(
            firstName: "Mehmet", lastName: "Yıldız", role: .worker, phone: "+49 171 5550112", personnelNumber: "1003"),
        Person(firstName: "Piotr", lastName: "Nowak", role: .worker, phone: "+49 171 5550113", personnelNumber: "1004"),
        Person(firstName: "Lena", lastName: "Vogt", role: .worker, phone: "+49 171 5550114", personnelNumber: "1005"),
        Person(firstName: "Tobias", lastName: "Hartmann", role: .worker, personnelNumber: "1006"),
        Person(firstName: "Heike", lastName: "Sommer", role: .bookkeeper),
        Person(
            firstName: "Ion", lastName: "Popescu", role: .worker, phone: "+49 171 5550115", personnelNumber: "1007",
            hasCard: true),
    ]

    /// The people on site now, and for how many minutes.
    static let atWork: [String: Int64] = ["Mehmet": 161, "Piotr": 94, "Lena": 148]

    /// What one unit costs, in thousandths of a euro, by the material's name; not of all.
    static let prices: [String: Int64] = [
        "Feinsteinzeug 60×60 anthrazit": 34_900, "Wandfliese 30×60 weiß matt": 21_500, "Flexkleber C2TE": 18_900,
        "Fugenmörtel silbergrau": 14_250, "Sanitärsilikon silbergrau": 6_480, "Tiefgrund": 3_200,
        "Bodenfliese R11 20×20 sandbeige": 27_800, "Drainagematte": 9_750,
    ]

    /// What is in the depot.
    static let depot = [
        Supply("Flexkleber C2TE", "Sack", 40, low: 20),
        Supply("Fugenmörtel silbergrau", "Sack", 15, low: 5),
        Supply("Sanitärsilikon silbergrau", "Kartusche", 48, low: 12, [Use(11, -6, "Mehmet", "für den Wagen")]),
        Supply("Tiefgrund", "l", 60, low: 20),
        Supply("Fliesenkreuze 2 mm", "Beutel", 30, low: 5),
    ]

    /// What was fetched from the depot for the first of the sites, how much in thousandths, and how long ago.
    static let fetched = (
        daysAgo: 2, who: "Jonas", note: "mit dem Transporter",
        materials: [
            ("Fugenmörtel silbergrau", 3_000 as Int64), ("Sanitärsilikon silbergrau", 6_000),
        ]
    )

    static let buildings = [
        Building(
            name: "Badsanierung Südvorstadt", address: ("87", "Karl-Liebknecht-Straße", "04275", "Leipzig"),
            startsDaysAgo: 24, lastsDays: 38, isUrgent: true,
            notes: "2. OG links. Schlüssel beim Hausmeister, Herrn Lindner. Leise Arbeiten vor 8 Uhr.",
            crew: ["Mehmet", "Lena", "Ion"], foremen: ["Mehmet"],
            materials: [
                Supply(
                    "Feinsteinzeug 60×60 anthrazit", "m²", 46.8, low: 8,
                    [
                        Use(17, -9.36, "Mehmet", "Boden Bad"), Use(12, -12.24, "Mehmet", "Dusche"),
                        Use(5, -8.64, "Lena"),
                    ]),
                Supply(
                    "Wandfliese 30×60 weiß matt", "m²", 62.4, low: 10,
                    [
                        Use(15, -14.4, "Lena", "Wand links"), Use(10, -18, "Lena"),
                        Use(3, -11.52, "Mehmet", "Vorwand WC"),
                    ]),
                Supply(
                    "Flexkleber C2TE", "Sack", 24, low: 6,
                    [
                        Use(17, -5, "Mehmet"), Use(12, -6, "Mehmet"), Use(8, -4, "Lena"),
                        Use(3, -5, "Lena", "Rest für Nische"),
                    ]),
                Supply("Fugenmörtel silbergrau", "Sack", 8, low: 2, [Use(9, -2, "Lena"), Use(4, -1, "Mehmet")]),
                Supply(
                    "Sanitärsilikon silbergrau", "Kartusche", 12, low: 3, [Use(4, -2, "Lena", "Dusche und Waschtisch")]),
                Supply("Dichtband 120 mm", "m", 50, low: 10, [Use(20, -18.5, "Mehmet"), Use(19, -9.25, "Mehmet")]),
                Supply("Fliesenkreuze 2 mm", "Beutel", 10, low: 2, [Use(17, -2, "Mehmet"), Use(10, -2, "Lena")]),
            ]),
        Building(
            name: "Neubau Kita Sonnenhügel", address: ("14", "Am Obstgarten", "04349", "Leipzig"),
            startsDaysAgo: 10, lastsDays: 62, isUrgent: false,
            notes: "Küche und vier Waschräume. Anlieferung nur über die Baustraße, Container links vom Tor.",
            crew: ["Piotr", "Tobias", "Mehmet"],
            materials: [
                Supply(
                    "Bodenfliese R11 20×20 sandbeige", "m²", 180, low: 40,
                    [
                        Use(6, -22.4, "Piotr", "Küche"), Use(4, -25.6, "Tobias", "Küche"),
                        Use(2, -19.2, "Piotr", "Waschraum 1"),
                    ]),
                Supply("Wandfliese 15×15 bunt gemischt", "m²", 96, low: 20, [Use(3, -8.1, "Tobias", "Waschraum 1")]),
                Supply(
                    "Flexkleber C2TE", "Sack", 60, low: 15,
                    [
                        Use(6, -8, "Piotr"), Use(4, -9, "Tobias"), Use(2, -7, "Piotr"),
                    ]),
                Supply("Epoxidfuge grau", "kg", 40, low: 10, [Use(3, -6.5, "Piotr", "Küche")]),
                Supply("Tiefgrund", "l", 50, low: 10, [Use(8, -15, "Tobias"), Use(7, -12.5, "Tobias")]),
                Supply("Verbundabdichtung 2K", "kg", 90, low: 25, [Use(7, -32, "Piotr", "Küche, zwei Lagen")]),
                Supply("Sockelfliese sandbeige", "m", 120, low: 20, []),
            ]),
        Building(
            name: "Treppenhaus Waldstraße", address: ("31", "Waldstraße", "04105", "Leipzig"),
            startsDaysAgo: 40, lastsDays: 46, isUrgent: false,
            notes: "Denkmalschutz: alte Zementfliesen erhalten, nur Fehlstellen ersetzen.",
            crew: ["Lena", "Tobias", "Ion"],
            materials: [
                Supply(
                    "Zementfliese 20×20, Muster 14", "Stück", 260, low: 40,
                    [
                        Use(33, -64, "Lena", "Erdgeschoss"), Use(26, -58, "Tobias", "1. OG"),
                        Use(18, -52, "Lena", "2. OG"),
                        Use(13, -12, "Lena", "Bruch"),
                    ]),
                Supply(
                    "Mittelbettmörtel", "Sack", 18, low: 4,
                    [
                        Use(33, -5, "Lena"), Use(26, -5, "Tobias"), Use(18, -6, "Lena"),
                    ]),
                Supply("Fugenmörtel zementgrau", "Sack", 6, low: 1, [Use(24, -2, "Tobias"), Use(11, -2, "Lena")]),
                Supply("Steinöl", "l", 10, low: 2, [Use(9, -3.75, "Lena", "EG und 1. OG")]),
                Supply("Abdeckvlies", "m²", 75, low: 10, [Use(39, -50, "Tobias")]),
                Supply(
                    "Treppenkantenprofil Messing", "m", 42, low: 6,
                    [
                        Use(20, -13.2, "Tobias"), Use(16, -14.4, "Tobias"), Use(15, 6, "Jonas", "nachgeliefert"),
                    ]),
            ]),
        Building(
            name: "Terrasse Gohlis", address: ("52", "Menckestraße", "04155", "Leipzig"),
            startsDaysAgo: 55, lastsDays: 20, isUrgent: false,
            notes: "Zugang durch die Garage. Abgenommen ohne Mängel.",
            crew: ["Piotr", "Lena"],
            materials: [
                Supply(
                    "Flexkleber C2TE", "Sack", 20, low: 0,
                    [Use(50, -8, "Piotr"), Use(46, -6.5, "Lena", "Stufen")]),
                Supply(
                    "Drainagematte", "m²", 32, low: 0,
                    [Use(52, -18, "Piotr"), Use(49, -12.4, "Piotr", "Rand und Ablauf")]),
            ], end: End(daysAgo: 34, way: .finished(scrapped: ["Drainagematte": "Verschnitt"]))),
        Building(
            name: "Altbau Plagwitz, zwölf Bäder", address: ("48", "Zschochersche Straße", "04229", "Leipzig"),
            startsDaysAgo: 96, lastsDays: 84, isUrgent: false,
            notes: "Material stellte der Bauherr. Abgenommen.",
            crew: ["Piotr", "Mehmet", "Lena", "Tobias", "Ion"],
            materials: [], end: End(daysAgo: 9, way: .finished(scrapped: [:]))),
        Building(
            name: "Fensterbänke Connewitz", address: ("9", "Bornaische Straße", "04277", "Leipzig"),
            startsDaysAgo: 50, lastsDays: 5, isUrgent: false,
            notes: "Vom Kunden storniert.",
            crew: ["Tobias"],
            materials: [Supply("Marmorkleber", "Sack", 4, low: 0, [Use(49, -1, "Tobias", "Muster")])],
            end: End(daysAgo: 47, way: .removed)),
    ]
}
