import CallKit

/// For apps whose CallKit calls belong to a plugin, such as React Native's and Flutter's: asks the server whether a call
/// still rings, and says when it has to be ended. What the user does it learns from CallKit itself.
@objc public final class CallWatcher: NSObject, CXCallObserverDelegate {
    private let observer = CXCallObserver()
    private let states: CallStateClient
    private let end: (String, Int) -> Void
    /// Of this process. A second push of a call must not end the call that was answered after the first one.
    private var watched: Set<UUID> = []

    /// `end` gets the UUID in lower case, and a number of CallKit's `CXCallEndedReason`.
    @objc public init(states: CallStateClient, end: @escaping (String, Int) -> Void) {
        self.states = states
        self.end = end
        super.init()
        observer.setDelegate(self, queue: nil)
    }

    /// Call it on the main thread, after the call was reported.
    @objc public func callDidRing(_ text: String) {
        guard let uuid = UUID(uuidString: text), watched.insert(uuid).inserted else { return }
        states.watch(uuid) { [weak self] outcome in
            guard let self, self.rings(uuid) else { return }
            self.end(uuid.uuidString.lowercased(), outcome.rawValue)
        }
    }

    public func callObserver(_ callObserver: CXCallObserver, callChanged call: CXCall) {
        if call.hasConnected || call.hasEnded { states.stop(call.uuid) }
    }

    private func rings(_ uuid: UUID) -> Bool {
        observer.calls.contains { $0.uuid == uuid && !$0.hasConnected && !$0.hasEnded }
    }
}
