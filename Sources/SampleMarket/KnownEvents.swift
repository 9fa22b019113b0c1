/// The events that the generator replays: date, time and size are the public record's, prices are made.
///
/// Levels are factors on an instrument's price before the event; US stocks start with an hour of thin trading
/// before the open, so that hour-long windows are warm when the session is young.
extension Scene {
    /// All of them, in order of time.
    public static let known: [Scene] = [
        flashCrash, runawayOrders, falseNews, francFloor, sterlingCrash, marketHaltMarch9, marketHaltMarch16,
        oneVenuePrint, stablecoinPeg, tariffCrash,
    ]

    /// 2010-05-06: about 5 % in five minutes, 9 % on the day, single stocks at absurd prices, then back.
    static let flashCrash: Scene = {
        let day = SceneDay(2010, 5, 6)
        let open = day.at(13, 30)
        let panic = day.curve([
            (day.at(18, 30), 1), (day.at(18, 42), 3), (day.at(18, 45), 8), (day.at(18, 50), 6),
            (day.at(19, 10), 2),
        ])
        let activity = day.usSession(open: open, times: panic)
        func index(_ symbol: String, _ price: Double) -> Instrument {
            var instrument = Instrument.stock(symbol, price)
            instrument.activity = activity
            instrument.level = day.curve([
                (day.at(14, 0), 1), (day.at(18, 30), 0.972), (day.at(18, 42), 0.957), (day.at(18, 47), 0.909),
                (day.at(18, 51), 0.937), (day.at(19, 0), 0.957), (day.at(19, 30), 0.966),
            ])
            instrument.width = day.curve([
                (day.at(18, 42), 1), (day.at(18, 45), 9), (day.at(18, 50), 6), (day.at(19, 0), 1),
            ])
            return instrument
        }
        var procter = Instrument.stock("PG", 62.1)
        procter.activity = activity
        procter.level = day.curve([
            (day.at(18, 30), 0.99), (day.at(18, 44), 0.975), (day.at(18, 47), 0.635), (day.at(18, 50), 0.95),
            (day.at(19, 0), 0.975),
        ])
        var colgate = Instrument.stock("CL", 82.4)
        colgate.activity = activity
        colgate.level = day.curve([
            (day.at(18, 30), 0.99), (day.at(18, 42), 0.98), (day.at(18, 47), 0.945), (day.at(19, 0), 0.975),
        ])
        var accenture = Instrument.stock("ACN", 41.9)
        accenture.activity = activity
        accenture.level = day.curve([
            (day.at(18, 30), 0.98), (day.at(18, 46), 0.93), (day.at(18, 48), 0.9), (day.at(18, 52), 0.97),
        ])
        accenture.prints = [Instrument.Print(time: day.at(18, 47, 53), price: 0.01, size: 100)]
        return Scene(
            id: "H1", title: "Flash Crash", start: day.at(12, 25), end: day.at(20, 0),
            eventTime: day.at(18, 42),
            instruments: [
                index("SPY", 115.9), index("AAPL", 253.3), index("MSFT", 29.6), procter, colgate, accenture,
            ])
    }()

    /// 2012-08-01, 13:30 to 14:15: about 150 stocks move more than 10 % on ten times their volume.
    static let runawayOrders: Scene = {
        let day = SceneDay(2012, 8, 1)
        let open = day.at(13, 30)
        let flood = day.boost(10, from: open, to: day.at(14, 15))
        func hit(_ symbol: String, _ price: Double, peak: Double) -> Instrument {
            var instrument = Instrument.stock(symbol, price, perSecond: 0.06)
            instrument.activity = day.usSession(open: open, times: flood)
            instrument.level = day.curve([
                (open, 1), (day.at(13, 41), peak), (day.at(14, 0), 1 + (peak - 1) * 0.8),
                (day.at(14, 20), 1.01),
            ])
            return instrument
        }
        var index = Instrument.stock("SPY", 138.2)
        index.activity = day.usSession(open: open)
        return Scene(
            id: "H2", title: "Runaway orders of a market maker", start: day.at(12, 25), end: day.at(20, 0),
            eventTime: open,
            instruments: [
                index, hit("KWK", 4.57, peak: 1.14), hit("ARC", 4.31, peak: 1.19), hit("EJ", 3.9, peak: 1.12),
            ]
        )
    }()

    /// 2013-04-23, 17:07 to 17:10: 1 % down within three minutes on a false message, then all the way back.
    static let falseNews: Scene = {
        let day = SceneDay(2013, 4, 23)
        let open = day.at(13, 30)
        let rush = day.curve([
            (day.at(17, 6), 1), (day.at(17, 8), 9), (day.at(17, 13), 7), (day.at(17, 25), 1),
        ])
        func stock(_ symbol: String, _ price: Double, depth: Double) -> Instrument {
            var instrument = Instrument.stock(symbol, price)
            instrument.activity = day.usSession(open: open, times: rush)
            instrument.level = day.curve([
                (day.at(17, 7), 1), (day.at(17, 10), 1 - depth), (day.at(17, 14), 1),
            ])
            return instrument
        }
        return Scene(
            id: "H3", title: "False news agency message", start: day.at(12, 25), end: day.at(20, 0),
            eventTime: day.at(17, 7),
            instruments: [
                stock("SPY", 157.3, depth: 0.0115), stock("AAPL", 403.5, depth: 0.0105),
                stock("MSFT", 30.4, depth: 0.012),
            ])
    }()

    /// 2015-01-15, 09:30: the franc's floor falls; 20 to 30 % in minutes, quotes far apart, none for a while.
    static let francFloor: Scene = {
        let day = SceneDay(2015, 1, 15)
        let gone = day.curve([
            (day.at(9, 29, 59), 1), (day.at(9, 30), 5), (day.at(9, 31, 30), 3), (day.at(9, 31, 31), 0),
            (day.at(9, 34, 29), 0), (day.at(9, 34, 30), 4), (day.at(10, 30), 2),
        ])
        let wide = day.curve([
            (day.at(9, 29, 59), 1), (day.at(9, 30), 60), (day.at(9, 35), 200), (day.at(9, 50), 60),
            (day.at(10, 40), 4),
        ])
        func franc(_ symbol: String, _ price: Double, low: Double) -> Instrument {
            var instrument = Instrument.currency(symbol, price, perSecond: 0.2)
            instrument.activity = gone
            instrument.width = wide
            instrument.level = day.curve([
                (day.at(9, 30), 1), (day.at(9, 31, 30), 0.92), (day.at(9, 34, 30), low),
                (day.at(9, 50), 0.87),
            ])
            return instrument
        }
        return Scene(
            id: "H5", title: "The franc's floor falls", start: day.at(8, 0), end: day.at(11, 30),
            eventTime: day.at(9, 30),
            instruments: [
                franc("OANDA:EUR_CHF", 1.201, low: 0.72), franc("OANDA:USD_CHF", 1.0195, low: 0.76),
                .currency("OANDA:EUR_USD", 1.178, perSecond: 0.2),
            ])
    }()

    /// 2016-10-06, 23:07: sterling loses 6 % in two minutes.
    static let sterlingCrash: Scene = {
        let day = SceneDay(2016, 10, 6)
        var pound = Instrument.currency("OANDA:GBP_USD", 1.2615)
        pound.activity = day.curve([(day.at(23, 6), 1), (day.at(23, 7), 6), (day.at(23, 20), 2)])
        pound.level = day.curve([
            (day.at(23, 7), 1), (day.at(23, 9), 0.938), (day.at(23, 12), 0.975), (day.at(23, 30), 0.985),
        ])
        pound.width = day.curve([
            (day.at(23, 7), 1), (day.at(23, 9), 80), (day.at(23, 20), 15), (day.at(23, 45), 1),
        ])
        return Scene(
            id: "H7", title: "Sterling flash crash", start: day.at(21, 30), end: day.at(23, 59, 59),
            eventTime: day.at(23, 7), instruments: [pound, .currency("OANDA:EUR_USD", 1.1148)])
    }()
}
