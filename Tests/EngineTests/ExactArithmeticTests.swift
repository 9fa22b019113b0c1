import Foundation
import Testing

@testable import Engine

/// The engine's exact arithmetic against vectors that Python's fractions made (Fixtures/exact_vectors.py).
struct ExactArithmeticTests {
    struct Vector {
        var operation: String
        var operands: [String]
        var result: UInt64
    }

    static func vectors(_ operation: String) throws -> [Vector] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/exact_vectors.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.first == operation, let result = UInt64(words[words.count - 1], radix: 16) else {
                return nil
            }
            return Vector(operation: operation, operands: Array(words[1..<words.count - 2]), result: result)
        }
    }

    static func double(_ hex: String) -> Double { Double(bitPattern: UInt64(hex, radix: 16) ?? 0) }

    @Test func `A quotient of integers is the nearest Double, ties to even`() throws {
        let vectors = try Self.vectors("quotient")
        #expect(vectors.count == 3000)
        for vector in vectors {
            let numerator = try #require(Int128(vector.operands[0]))
            let denominator = try #require(Int128(vector.operands[1]))
            #expect(ExactQuotient.rounded(numerator, denominator).bitPattern == vector.result, "\(vector)")
        }
    }

    @Test func `A relative difference of Doubles is rounded once`() throws {
        for vector in try Self.vectors("change") {
            let value = ExactQuotient.relativeDifference(
                Self.double(vector.operands[0]), Self.double(vector.operands[1]))
            #expect(value == Double(bitPattern: vector.result), "\(vector)")
        }
    }

    @Test func `115 against 100 is exactly the literal 15%`() {
        #expect(ExactQuotient.relativeDifference(115, 100) == 0.15)
        #expect(ExactQuotient.rounded(115 - 100, 100) == 0.15)
    }

    @Test func `A mean of Doubles is the exact mean, rounded once`() throws {
        for vector in try Self.vectors("mean") {
            let sum = ExactRealSum(.value)
            for operand in vector.operands { sum.add(Self.double(operand)) }
            let mean = sum.magnitude().divided(by: UInt64(vector.operands.count))
            #expect(mean == Double(bitPattern: vector.result), "\(vector)")
        }
    }

    static func point(_ value: Double) -> Point {
        Point(time: 0, a: Int64(bitPattern: value.bitPattern), b: 0)
    }

    @Test func `A variance of Doubles is the exact variance, rounded once`() throws {
        for vector in try Self.vectors("variance") {
            let sums = RealSums(.init([.sumA, .sumAA], isSeries: true))
            for operand in vector.operands { sums.insert(Self.point(Self.double(operand))) }
            let variance = sums.variance(vector.operands.count)
            #expect(variance == Double(bitPattern: vector.result), "\(vector)")
        }
    }

    @Test func `What was added and taken away again leaves no trace`() throws {
        let sums = RealSums(.init([.sumA, .sumAA], isSeries: true))
        let operands = try Self.vectors("mean").flatMap(\.operands).map(Self.double)
        for value in operands { sums.insert(Self.point(value)) }
        sums.insert(Self.point(0.1))
        for value in operands.reversed() { sums.remove(Self.point(value)) }
        #expect(sums.sum.magnitude().divided(by: 1) == 0.1)
        sums.remove(Self.point(0.1))
        #expect(sums.sum.magnitude().words.allSatisfy { $0 == 0 })
        #expect(sums.squares.magnitude().words.allSatisfy { $0 == 0 })
    }
}
