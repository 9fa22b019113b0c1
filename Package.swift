// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled under these settings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A module of ours and the modules that it may import; docs/ARCHITECTURE.md draws the layers.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let webServer: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let sqlite: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "bellwether",
    products: [.executable(name: "bellwether", targets: ["bellwether"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Tests only: unbounded integers for the reference interpreter.
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
    ],
    targets: [
        // System libraries (Debian's -dev packages).
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Nouns.
        module("MarketModel"),
        module("Diagnostics"),
        module("Patterns", ["CPCRE2"]),

        // Language.
        module("RuleSyntax", ["Diagnostics"]),
        module("RuleSemantics", ["RuleSyntax", "Diagnostics", "Patterns", "MarketModel"]),

        module("LanguageServer", ["RuleSyntax", "RuleSemantics", "Diagnostics", "MarketModel"]),

        // Hot path.
        module("Engine", ["MarketModel"]),
        module("RuleCompiler", ["RuleSemantics", "Engine", "Patterns", "MarketModel", "Diagnostics"]),

        // Edges.
        module("Kafka", ["CRdKafka"]),
        module("HTTPTransport", ["CCurl"]),
        module("StateStore", ["MarketModel", sqlite]),
        module("Configuration", ["Diagnostics", yaml]),
        module("Feeds", ["MarketModel", "CZlib"]),
        module(
            "Delivery",
            [
                "HTTPTransport", "StateStore", "MarketModel", "Configuration", "Diagnostics", "Patterns",
                "CCrypto", logging,
            ]),

        // Real tapes and a made market, for demo, tests and benchmarks.
        .target(
            name: "SampleMarket", dependencies: ["MarketModel"], resources: [.copy("Resources")],
            swiftSettings: strict),

        // Wiring.
        module(
            "Scenarios",
            ["MarketModel", "Diagnostics", "RuleSyntax", "RuleSemantics", "Engine", "RuleCompiler"]),
        module(
            "Pipeline",
            [
                "Scenarios", "MarketModel", "Diagnostics", "Patterns", "RuleSyntax", "RuleSemantics",
                "LanguageServer", "Engine", "RuleCompiler", "Kafka", "Feeds", "Configuration", "Delivery",
                "StateStore", "SampleMarket", logging, webServer,
            ]),
        .executableTarget(
            name: "bellwether", dependencies: ["Pipeline", arguments], swiftSettings: strict),
        // Stands before malloc to count; of no program but the benchmark.
        .target(name: "AllocationCount", path: "Benchmarks/AllocationCount"),
        .executableTarget(
            name: "throughput",
            dependencies: [
                "Pipeline", "MarketModel", "Diagnostics", "RuleSyntax", "RuleSemantics", "Engine",
                "RuleCompiler", "Feeds", "SampleMarket", "Kafka", "AllocationCount",
            ],
            path: "Benchmarks/Throughput", swiftSettings: strict),

        // Tests.
        tests(
            "LanguageTests", ["Diagnostics", "Patterns", "RuleSyntax", "RuleSemantics", "MarketModel"],
            exclude: ["Fixtures"]),
        tests(
            "LanguageServerTests",
            ["LanguageServer", "Diagnostics", "RuleSyntax", "RuleSemantics"], exclude: ["Peers"]),
        tests(
            "EngineTests",
            [
                "MarketModel", "RuleSyntax", "RuleSemantics", "Engine", "RuleCompiler", "Diagnostics",
                .product(name: "BigInt", package: "BigInt"),
            ],
            exclude: ["Fixtures"]),
        tests("FeedsTests", ["Feeds", "MarketModel", "SampleMarket"], exclude: ["Fixtures"]),
        tests("KafkaTests", ["Kafka"], exclude: ["Fixtures"]),
        tests("ConfigurationTests", ["Configuration", "Diagnostics"]),
        tests("StateStoreTests", ["StateStore", "MarketModel", sqlite]),
        tests(
            "DeliveryTests",
            [
                "HTTPTransport", "Delivery", "StateStore", "Configuration", "Diagnostics", "MarketModel",
                logging, webServer, sqlite,
            ],
            exclude: ["Peers"]),
        tests(
            "PipelineTests",
            [
                "Pipeline", "Scenarios", "MarketModel", "Engine", "RuleCompiler", "RuleSemantics", "Feeds",
                "Kafka", "Delivery", "StateStore", "HTTPTransport", "Configuration", "SampleMarket",
                logging, webServer, sqlite,
            ]),
        tests(
            "SampleMarketTests",
            [
                "SampleMarket", "MarketModel", "Diagnostics", "RuleSyntax", "RuleSemantics", "RuleCompiler",
                "Engine", "Feeds",
            ], exclude: ["Fixtures"]),
        tests(
            "ScenariosTests",
            ["Scenarios", "MarketModel", "Diagnostics", "RuleSyntax", "RuleSemantics"],
            exclude: ["Fixtures"]),
        tests("TidyTests", []),
    ]
)
