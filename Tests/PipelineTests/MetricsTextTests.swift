import Testing

@testable import Pipeline

@Suite("Prometheus' text format")
struct MetricsTextTests {
    @Test("a family has its help, its type and its samples; numbers are whole where they can be")
    func families() {
        var page = MetricsText()
        page.counter("a_total", "How many.", 3)
        page.gauge("b_seconds", "How long.", 1.5)
        page.gauge("c_seconds", "Not known.", nil)
        page.add(
            "d", .gauge, "Odd numbers.", [.init(.infinity), .init(-.infinity), .init(.nan), .init(1e17)])
        #expect(
            page.text == """
                # HELP a_total How many.
                # TYPE a_total counter
                a_total 3
                # HELP b_seconds How long.
                # TYPE b_seconds gauge
                b_seconds 1.5
                # HELP d Odd numbers.
                # TYPE d gauge
                d +Inf
                d -Inf
                d NaN
                d 100000000000000000

                """)
    }

    @Test("what stands in a label or in a help cannot end its line or its quotation marks")
    func escaping() {
        var page = MetricsText()
        page.add("a", .gauge, "one\ntwo \\ \"three\"", [.init(1, [("x", "a\\b\"c\nd"), ("y", "µ é")])])
        #expect(
            page.text == """
                # HELP a one\\ntwo \\\\ "three"
                # TYPE a gauge
                a{x="a\\\\b\\"c\\nd",y="µ é"} 1

                """)
    }

    @Test("a histogram's buckets hold all that is below them")
    func histogram() {
        var histogram = Histogram(bounds: [0.1, 1])
        for value in [0.1, 0.05, 0.5, 7] { histogram.add(value) }
        var page = MetricsText()
        page.histogram("h_seconds", "How long.", [("desk", histogram)], by: "receiver")
        #expect(
            page.text == """
                # HELP h_seconds How long.
                # TYPE h_seconds histogram
                h_seconds_bucket{receiver="desk",le="0.1"} 2
                h_seconds_bucket{receiver="desk",le="1"} 3
                h_seconds_bucket{receiver="desk",le="+Inf"} 4
                h_seconds_sum{receiver="desk"} 7.65
                h_seconds_count{receiver="desk"} 4

                """)
    }
}
