/// A growable list that is never copied: iterating it touches no reference count.
struct UnsafeList<Element>: ~Copyable {
    private(set) var elements: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity = 4

    init() { elements = .allocate(capacity: 4) }

    deinit {
        elements.deinitialize(count: count)
        elements.deallocate()
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { elements[index] }
        nonmutating set { elements[index] = newValue }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        (elements + count).initialize(to: element)
        count &+= 1
    }

    mutating func insert(_ element: Element, at index: Int) {
        append(element)
        for place in stride(from: count - 1, to: index, by: -1) { elements[place] = elements[place - 1] }
        elements[index] = element
    }

    mutating func remove(at index: Int) {
        for place in index..<count - 1 { elements[place] = elements[place + 1] }
        count -= 1
        (elements + count).deinitialize(count: 1)
    }

    @inline(__always)
    mutating func removeAll() {
        elements.deinitialize(count: count)
        count = 0
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: elements, count: count)
        elements.deallocate()
        elements = larger
        capacity *= 2
    }
}
