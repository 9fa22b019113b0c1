import ArgumentParser
import Pipeline

/// Where the state file is.
struct StateArguments: ParsableArguments {
    @Option(help: "The configuration file whose `state` is meant.")
    var config = "bellwether.yaml"

    @Option(help: "The directory of the state file; --config is not read then.")
    var state: String?

    var place: StatePlace { StatePlace(config: config, state: state) }
}
