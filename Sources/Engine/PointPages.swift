/// Room for a stream's points: pages of 1,024, taken as the stream grows and given back as it moves on. A
/// stream of few points has one smaller page, which doubles.
///
///     position    page number = position / 1024     place = position % 1024
///     table       page numbers, modulo its size (a power of two)
///
/// So a long window costs what its points take and two pages more, wherever its length falls.
struct PointPages: ~Copyable {
    static let shift = 10
    static let pageSize = 1 << shift
    /// Points that a stream has room for from the start.
    static let leastCapacity = 16

    private var table: UnsafeMutablePointer<UnsafeMutablePointer<Point>>
    private var tableMask = 0
    /// Of a place in a page; less than a page's while there is but one.
    private var placeMask = PointPages.leastCapacity - 1
    /// Number of the oldest page held; 0 while there is but a small one.
    private var oldest = 0
    /// Positions before it have a place.
    private(set) var end = PointPages.leastCapacity

    init() {
        table = .allocate(capacity: 1)
        table.initialize(to: .allocate(capacity: PointPages.leastCapacity))
    }

    deinit {
        if isSmall {
            table[0].deallocate()
        } else {
            for number in oldest..<end >> PointPages.shift { table[number & tableMask].deallocate() }
        }
        table.deallocate()
    }

    @inline(__always)
    subscript(position: Int) -> Point {
        get { place(position).pointee }
        nonmutating set { place(position).pointee = newValue }
    }

    @inline(__always)
    func place(_ position: Int) -> UnsafeMutablePointer<Point> {
        table[(position &>> PointPages.shift) & tableMask] + (position & placeMask)
    }

    /// How many points from `position` on lie side by side.
    @inline(__always)
    func run(from position: Int) -> Int { placeMask &+ 1 &- position & placeMask }

    private var isSmall: Bool { tableMask == 0 && placeMask < PointPages.pageSize - 1 }

    /// Points that it has room for.
    var capacity: Int {
        isSmall ? placeMask + 1 : end - oldest << PointPages.shift
    }

    /// Makes room at `tail`, which is `end`, for more points; those before `head` are not needed any more.
    ///
    /// - Parameter cap: a small page of this capacity does not grow.
    mutating func extend(from head: Int, to tail: Int, cap: Int) {
        guard isSmall else { return addPage(from: head) }
        let capacity = placeMask + 1
        if tail - head <= capacity / 4 * 3 || capacity >= cap {
            end = head + capacity
        } else if capacity * 2 < PointPages.pageSize {
            double(from: head, to: tail)
        } else {
            turnToPages(from: head, to: tail)
        }
    }

    private mutating func double(from head: Int, to tail: Int) {
        let capacity = (placeMask + 1) * 2
        let larger = UnsafeMutablePointer<Point>.allocate(capacity: capacity)
        for position in head..<tail { larger[position & (capacity - 1)] = self[position] }
        table[0].deallocate()
        table[0] = larger
        placeMask = capacity - 1
        end = head + capacity
    }

    private mutating func turnToPages(from head: Int, to tail: Int) {
        let first = head >> PointPages.shift
        let last = tail >> PointPages.shift
        let pages = UnsafeMutablePointer<UnsafeMutablePointer<Point>>.allocate(capacity: 2)
        for number in first...last {
            (pages + number & 1).initialize(to: .allocate(capacity: PointPages.pageSize))
        }
        if first == last { (pages + (first + 1) & 1).initialize(to: pages[first & 1]) }
        for position in head..<tail {
            pages[position >> PointPages.shift & 1][position & (PointPages.pageSize - 1)] = self[position]
        }
        table[0].deallocate()
        table.deallocate()
        table = pages
        tableMask = 1
        placeMask = PointPages.pageSize - 1
        oldest = first
        end = (last + 1) << PointPages.shift
    }

    private mutating func addPage(from head: Int) {
        let number = end >> PointPages.shift
        let first = head >> PointPages.shift
        var page: UnsafeMutablePointer<Point>?
        while oldest < first {
            let freed = table[oldest & tableMask]
            if page == nil { page = freed } else { freed.deallocate() }
            oldest += 1
        }
        if number - oldest > tableMask { enlargeTable() }
        table[number & tableMask] = page ?? .allocate(capacity: PointPages.pageSize)
        end += PointPages.pageSize
    }

    private mutating func enlargeTable() {
        let mask = tableMask * 2 + 1
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<Point>>.allocate(capacity: mask + 1)
        larger.initialize(repeating: table[oldest & tableMask], count: mask + 1)
        for number in oldest..<end >> PointPages.shift { larger[number & mask] = table[number & tableMask] }
        table.deallocate()
        table = larger
        tableMask = mask
    }
}
