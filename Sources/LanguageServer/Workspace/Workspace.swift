import Foundation

/// The workspace's folders, the files in them and the texts that the editor holds.
///
/// A folder is one program. A document outside every folder's program forms one with the other rule files of
/// its directory, as `bellwether check DIRECTORY` reads it; one that was never saved joins the first folder.
final class Workspace {
    /// Which program a document belongs to.
    enum ProjectKey: Hashable {
        case folder(String)
        case directory(String)
        case unsaved
    }

    private(set) var open: [DocumentAddress: OpenDocument] = [:]
    private(set) var folders: [ProjectRoots] = []
    private let encoding: PositionEncoding
    private let surroundings: EditorSurroundings
    /// What was read of each file when the workspace was last looked through.
    private var files: [DocumentAddress: [UInt8]] = [:]
    private var members: [ProjectKey: [DocumentAddress]] = [:]
    private var notifiers: [ProjectKey: RuleProject.NotifierNames] = [:]
    private var parsed: [DocumentAddress: ParsedDocument] = [:]
    private var projects: [ProjectKey: RuleProject] = [:]

    init(_ encoding: PositionEncoding, _ surroundings: EditorSurroundings) {
        self.encoding = encoding
        self.surroundings = surroundings
    }

    // MARK: What changes

    func setFolders(_ paths: [String], _ settings: EditorSettings) {
        folders = paths.map { ProjectRoots(folder: $0, settings: settings) }
        lookThrough()
    }

    func set(_ address: DocumentAddress, _ document: OpenDocument) {
        open[address] = document
        parsed[address] = nil
        projects[key(of: address)] = nil
    }

    func close(_ address: DocumentAddress) {
        open[address] = nil
        parsed[address] = nil
        lookThrough()
    }

    /// Reads which files there are, and those that changed.
    func lookThrough() {
        projects = [:]
        members = [:]
        notifiers = [:]
        var read: [DocumentAddress: [UInt8]] = [:]
        let keys = Set(folders.map { ProjectKey.folder($0.folder) } + open.keys.map(key))
        for key in keys {
            let listed: [DocumentAddress]
            switch key {
            case .folder(let folder):
                let roots = folders.first { $0.folder == folder }
                listed = (roots?.files ?? []).map { DocumentAddress(path: $0) }
                notifiers[key] = notifierNames(in: roots?.notifiers)
            case .directory(let directory):
                listed = ProjectRoots.rules(in: directory).map { DocumentAddress(path: $0) }
                let roots = ProjectRoots(folder: directory, settings: EditorSettings())
                notifiers[key] = notifierNames(in: roots.notifiers)
            case .unsaved: listed = []
            }
            members[key] = listed
            for address in listed where read[address] == nil {
                guard let path = address.path,
                    let bytes = try? Foundation.Data(
                        contentsOf: URL(fileURLWithPath: path))
                else { continue }
                read[address] = Array(bytes)
            }
        }
        for (address, text) in read where files[address] != text && open[address] == nil {
            parsed[address] = nil
        }
        files = read
    }

    private func notifierNames(in directory: String?) -> RuleProject.NotifierNames {
        RuleProject.NotifierNames(directory: directory, names: directory.map(surroundings.notifierNames))
    }

    // MARK: Programs

    func key(of address: DocumentAddress) -> ProjectKey {
        guard let path = address.path else { return folders.first.map { .folder($0.folder) } ?? .unsaved }
        if let roots = folders.first(where: { $0.holds(path) }) { return .folder(roots.folder) }
        return .directory(ProjectRoots.parent(path))
    }

    /// Every program: those of the folders first, in their order.
    var keys: [ProjectKey] {
        let ofFolders = folders.map { ProjectKey.folder($0.folder) }
        let others = open.keys.sorted().map(key).filter { !ofFolders.contains($0) }
        return ofFolders + others.enumerated().filter { others.firstIndex(of: $1) == $0 }.map(\.element)
    }

    func project(_ key: ProjectKey) -> RuleProject {
        if let project = projects[key] { return project }
        if members[key] == nil { lookThrough() }
        let listed = members[key] ?? []
        // Texts that no file holds yet stand behind the files.
        let others = open.keys.filter { self.key(of: $0) == key && !listed.contains($0) }.sorted()
        let documents = (listed + others).compactMap(document)
        let project = RuleProject(documents, notifiers[key] ?? .init(), surroundings)
        projects[key] = project
        return project
    }

    private func document(_ address: DocumentAddress) -> ParsedDocument? {
        if let document = parsed[address] { return document }
        guard let text = open[address]?.text ?? files[address] else { return nil }
        // The editor's own spelling of the address goes back to it.
        let spelt = open.keys.first { $0 == address } ?? address
        let document = ParsedDocument(spelt, name: name(of: address), text: text, encoding)
        parsed[address] = document
        return document
    }

    /// As messages call it: relative to its folder.
    private func name(of address: DocumentAddress) -> String {
        guard let path = address.path else { return address.uri }
        for folder in folders.map(\.folder) where path.hasPrefix(folder + "/") {
            return String(path.dropFirst(folder.count + 1))
        }
        return address.name
    }
}
