import Feeds
import Foundation
import MarketModel
import Testing

/// Files as a whole: packing, kinds, and errors that say what to do.
@Suite struct FileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    static func csv(_ rows: Int) -> [UInt8] {
        var text = "symbol,price,t\n"
        for row in 0..<rows { text += "S\(row % 97),\(row % 1000 + 1).5,\(1_672_348_887_000 + row)\n" }
        return Array(text.utf8)
    }

    func failure(_ path: String, options: ExportOptions = ExportOptions()) -> ExportError? {
        do {
            _ = try ReadFile(path, options: options, batch: 1000)
            return nil
        } catch {
            return error as? ExportError
        }
    }

    @Test func `Gzip is told by its magic bytes, whatever the name`() throws {
        let plain = Self.csv(50_000)
        let path = try scratch.write("shard.csv.gzip", try scratch.gzipped(plain))
        let packed = try ReadFile(path, batch: 1000)
        let unpacked = try ReadFile(try scratch.write("shard.csv", plain), batch: 1000)
        #expect(packed.lines == unpacked.lines)
        #expect(packed.lines.count == 50_000)
        let reader = try ExportReader(path: path, symbols: SymbolTable())
        var trades: [Trade] = []
        while try reader.read(into: &trades) {}
        #expect(reader.bytesRead == reader.totalBytes)
    }

    @Test func `Gzip of several members is one text, also when a row spans two`() throws {
        let plain = Self.csv(3000)
        var packed: [UInt8] = []
        for part in [0..<1, 1..<17, 17..<20_005, 20_005..<plain.count] {
            packed += try scratch.gzipped(Array(plain[part]))
        }
        let read = try ReadFile(try scratch.write("members.gz", packed), batch: 1000)
        #expect(read.lines.count == 3000)
        #expect(read.refused == [])
        // Zeros behind it are padding.
        let padded = try ReadFile(
            try scratch.write("padded.gz", packed + [UInt8](repeating: 0, count: 700)), batch: 1000)
        #expect(padded.lines.count == 3000)
    }

    @Test func `Truncated gzip is an error that says so, after the rows that could be read`() throws {
        let packed = try scratch.gzipped(Self.csv(200_000))
        let path = try scratch.write("cut.csv.gz", Array(packed[..<(packed.count / 2)]))
        let reader = try ExportReader(path: path, symbols: SymbolTable())
        var trades: [Trade] = []
        let error = #expect(throws: ExportError.self) {
            while try reader.read(into: &trades) {}
        }
        #expect(error == .truncatedGzip(path: path))
        #expect(error?.description.contains("truncated gzip") == true)
        #expect(trades.count > 1000)
        for length in [2, 3, 10, packed.count - 8, packed.count - 1] {
            #expect(
                failure(try scratch.write("cut", Array(packed[..<length])))
                    == .truncatedGzip(path: "\(scratch.path)/cut"))
        }
    }

    @Test func `Damaged gzip is an error`() throws {
        var packed = try scratch.gzipped(Self.csv(20_000))
        packed[packed.count / 2] ^= 0xff
        let path = try scratch.write("bad.gz", packed)
        guard case .corruptGzip? = failure(path) else {
            Issue.record("not found")
            return
        }
        let trailing = try scratch.write(
            "trailing.gz", try scratch.gzipped(Self.csv(10)) + Array("text".utf8))
        guard case .corruptGzip? = failure(trailing) else {
            Issue.record("not found")
            return
        }
    }

    @Test(arguments: [
        (Array("PAR1....PAR1".utf8), "Parquet"), (Array("Obj\u{1}avro.schema".utf8), "Avro"),
        (Array("PK\u{3}\u{4}....".utf8), "zip"), ([0x28, 0xb5, 0x2f, 0xfd, 0], "zstd -d"),
        (Array("BZh91AY".utf8), "bunzip2"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "unxz"),
        ([0xff, 0xfe, 0x73, 0], "iconv"), (Array(#"[{"symbol":"A"}]"#.utf8), "jq -c"),
        ([0x73, 0, 0x79, 0], "binary"),
    ])
    func `A file of another kind is named, with what to do`(_ sample: ([UInt8], String)) throws {
        let error = failure(try scratch.write("other", sample.0))
        #expect(error?.description.contains(sample.1) == true, "\(String(describing: error))")
    }

    @Test func `Gzip inside gzip is named`() throws {
        let path = try scratch.write("twice.gz", try scratch.gzipped(try scratch.gzipped(Self.csv(3))))
        #expect(failure(path)?.description.contains("gunzip") == true)
    }

    @Test func `A header that cannot do says which column it lacks`() throws {
        let noHeader = failure(try scratch.write("a", "AAPL,129.58,1672348887666,1\n"))
        #expect(noHeader?.description.contains("give the mapping its columns in order") == true)
        let noSymbol = failure(try scratch.write("b", "price,timestamp\n1,1672348887666\n"))
        #expect(noSymbol?.description.contains("no symbol column (known names: s, symbol") == true)
        #expect(noSymbol?.description.contains("among price, timestamp") == true)
        let noTime = failure(try scratch.write("c", "symbol,price,day\nA,1,2\n"))
        #expect(noTime?.description.contains("no time column") == true)
        let twins = failure(try scratch.write("d", "s,p,q,t,T\nA,1,2,3,1672348887666\n"))
        #expect(twins?.description.contains("the columns t, T differ in case only") == true)
    }

    @Test func `A missing file, a pattern without a match and a directory say what to do`() throws {
        let missing = "\(scratch.path)/none.csv"
        #expect(failure(missing) == .noFile(path: missing))
        #expect(failure(scratch.path)?.description.contains("name its files by a pattern such as") == true)
        func tapeFailure(_ pattern: String) -> String {
            do {
                _ = try TradeTape(patterns: [pattern], symbols: SymbolTable())
                return "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(tapeFailure(missing).contains("no such file"))
        #expect(tapeFailure("\(scratch.path)/*.csv").contains("no file matches this pattern"))
    }

    @Test func `Of many refused rows a thousand are kept and all are counted`() throws {
        let path = try scratch.write(
            "r.csv", "symbol,price,t\n" + String(repeating: "A,0,1\nA,x,1\n", count: 1500))
        let reader = try ExportReader(path: path, symbols: SymbolTable())
        var trades: [Trade] = []
        #expect(try reader.read(into: &trades) == false)
        #expect(reader.refused.count == 3000)
        #expect(reader.refused.kept.count == 1000)
        #expect(reader.refused.byKind.map(\.kind) == [.badPrice, .notPositive])
        #expect(reader.refused.byKind.map(\.count) == [1500, 1500])
        #expect(
            reader.refused.kept.first?.description
                == "\(path):2: the price 0 is not above 0; a feed of such prices must allow them")
    }
}
