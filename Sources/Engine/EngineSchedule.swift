/// Which clusters the engine looks at when it advances: only those with something to do.
///
/// A cluster of one feed stands in that feed's wheel, by the instant of its first waiting trade or timer. One
/// of several feeds, or of none, whose bound is more than one watermark, is looked at each time.
extension AlertEngine {
    func run(_ cluster: UnsafeMutablePointer<Cluster>, until end: Int64) {
        greatestClosed = max(greatestClosed, end)
        cluster.pointee.run(until: end, slots: slots, emitter)
    }

    /// Runs the clusters of this feed alone that have something to do before its watermark.
    func runScheduled(_ feed: UnsafeMutablePointer<FeedState>) {
        if feed.pointee.wheel.count == 0 { return }
        let end = watermark(of: feed)
        feed.pointee.wheel.take(before: end, into: &dueNumbers)
        greatestClosed = max(greatestClosed, end)
        for index in 0..<dueNumbers.count {
            let number = dueNumbers[index]
            let cluster = feed.pointee.scheduled[Int(number)]
            cluster.pointee.run(until: end, slots: slots, emitter)
            schedule(cluster, number, of: feed, at: cluster.pointee.nextInstant())
        }
        dueNumbers.removeAll()
    }

    /// A trade that comes before all that a cluster waits for.
    @inline(never)
    func advance(
        _ cluster: UnsafeMutablePointer<Cluster>, of feed: UnsafeMutablePointer<FeedState>, to due: Int64
    ) {
        guard case .wheel(let number) = cluster.pointee.schedule else { return }
        schedule(cluster, number, of: feed, at: due)
    }

    /// After a change of a cluster's feeds or timers.
    func reschedule(_ cluster: UnsafeMutablePointer<Cluster>) {
        let feeds = cluster.pointee.feeds
        guard feeds.count == 1, !cluster.pointee.awaitsInput else { return lookAlways(at: cluster) }
        if cluster.pointee.schedule == .always { unscheduled.removeAll { $0 == cluster } }
        guard case .wheel(let number) = cluster.pointee.schedule else {
            let number = feeds[0].pointee.wheel.add()
            cluster.pointee.schedule = .wheel(number)
            feeds[0].pointee.scheduled.append(cluster)
            return schedule(cluster, number, of: feeds[0], at: cluster.pointee.nextInstant())
        }
        schedule(cluster, number, of: feeds[0], at: cluster.pointee.nextInstant())
    }

    private func lookAlways(at cluster: UnsafeMutablePointer<Cluster>) {
        if cluster.pointee.schedule == .always { return }
        // Its number, if it had one, stands for nothing from now on.
        if case .wheel(let number) = cluster.pointee.schedule, let feed = cluster.pointee.feeds.first {
            feed.pointee.wheel.place(number, at: Int64.max)
        }
        cluster.pointee.schedule = .always
        cluster.pointee.due = Int64.min
        unscheduled.append(cluster)
    }

    @inline(__always)
    private func schedule(
        _ cluster: UnsafeMutablePointer<Cluster>, _ number: Int32,
        of feed: UnsafeMutablePointer<FeedState>, at due: Int64
    ) {
        cluster.pointee.due = due
        feed.pointee.wheel.place(number, at: due)
    }
}
