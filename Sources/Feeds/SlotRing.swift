internal import Glibc

/// A bounded queue of reusable slots between one writing thread and one that reads.
///
///     writer -> [ 4 ][ 5 ][   ][   ] -> reader at 4
///
/// Slots are neither copied nor allocated on the way. The writer waits while the slot that it would fill is
/// still with the reader; the reader waits while there is nothing new.
///
/// - Invariant: between `nextToWrite` and `publish` a slot is the writer's alone, between `nextToRead` and
///   the reader's next call the reader's. The lock orders the one before the other, which is why the ring
///   may be shared.
final class SlotRing<Slot>: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Slot>
    private let count: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    // Under the lock:
    private var published = 0
    /// How many slots the reader has given back, and whether it holds the next.
    private var released = 0
    private var isHolding = false
    private var isEnded = false
    private var isCancelled = false

    init(slots contents: [Slot]) {
        count = contents.count
        slots = .allocate(capacity: count)
        _ = UnsafeMutableBufferPointer(start: slots, count: count).initialize(from: contents)
        lock = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(changed)
        lock.deallocate()
        changed.deallocate()
        slots.deinitialize(count: count)
        slots.deallocate()
    }

    /// All slots, for their owner to release what they hold once no thread uses the ring.
    var all: UnsafeMutableBufferPointer<Slot> { UnsafeMutableBufferPointer(start: slots, count: count) }

    // MARK: The writer

    /// Waits for a free slot.
    ///
    /// - Returns: nil once the ring is cancelled.
    func nextToWrite() -> UnsafeMutablePointer<Slot>? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while !isCancelled, published - released >= count { pthread_cond_wait(changed, lock) }
        return isCancelled ? nil : slots + published % count
    }

    /// Hands the slot that `nextToWrite` gave to the reader.
    func publish() {
        pthread_mutex_lock(lock)
        published += 1
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(lock)
    }

    /// Nothing more will come.
    func end() {
        pthread_mutex_lock(lock)
        isEnded = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(lock)
    }

    // MARK: The reader

    /// Gives the reader's slot back, if it has one, and waits for the next.
    ///
    /// - Returns: nil at the end.
    func nextToRead() -> UnsafeMutablePointer<Slot>? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if isHolding {
            isHolding = false
            released += 1
            pthread_cond_broadcast(changed)
        }
        while released == published, !isEnded, !isCancelled { pthread_cond_wait(changed, lock) }
        guard released < published, !isCancelled else { return nil }
        isHolding = true
        return slots + released % count
    }

    /// Whether the reader need not wait, or need no longer after at most so many milliseconds.
    func isReady(within milliseconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let nanoseconds = deadline.tv_nsec + milliseconds % 1000 * 1_000_000
        deadline.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        let next = released + (isHolding ? 1 : 0)
        while next == published, !isEnded, !isCancelled {
            if pthread_cond_timedwait(changed, lock, &deadline) == ETIMEDOUT { break }
        }
        return next < published || isEnded || isCancelled
    }

    /// Wakes everybody: the writer gets no more slots, and the reader nothing more to read.
    func cancel() {
        pthread_mutex_lock(lock)
        isCancelled = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(lock)
    }
}
