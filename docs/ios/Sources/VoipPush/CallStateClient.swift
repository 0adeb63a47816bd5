import Foundation

/// Why a call has stopped ringing on this phone. The numbers are those of CallKit's `CXCallEndedReason`.
@objc public enum CallOutcome: Int {
    case remoteEnded = 2
    case unanswered = 3
    case answeredElsewhere = 4
    case declinedElsewhere = 5
}

/// Asks the server whether a call still rings: 0, 2, 4, 8, 16 and 32 seconds after it was reported.
///
/// Needs Foundation alone, so that apps of any framework can use it. Call it on the main thread, where it calls back.
/// Only the answer that the call was answered or has ended ends anything: a server that is unreachable, refuses or does
/// not know the call changes nothing.
@objc public final class CallStateClient: NSObject {
    private static let secondsAfterReport: [TimeInterval] = [0, 2, 4, 8, 16, 32]

    private let callsURL: URL
    private let credential: () -> String?
    private let session: URLSession
    /// A reply counts only while the number of its watch is still here.
    private var watches: [UUID: Int] = [:]
    private var lastWatch = 0

    /// `callsURL` is the stack's output `CallsUrl`. `credential` is asked for each request, on the main thread.
    @objc public init(callsURL: URL, credential: @escaping () -> String?) {
        self.callsURL = callsURL
        self.credential = credential
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 5
        configuration.timeoutIntervalForResource = 8
        session = URLSession(configuration: configuration)
        super.init()
    }

    /// Call it when CallKit has accepted the report. `onEnd` is called once at most.
    @objc public func watch(_ uuid: UUID, onEnd: @escaping (CallOutcome) -> Void) {
        lastWatch += 1
        let watch = lastWatch
        watches[uuid] = watch
        for seconds in CallStateClient.secondsAfterReport {
            DispatchQueue.main.asyncAfter(deadline: .now() + seconds) { [weak self] in
                self?.ask(uuid, watch: watch, onEnd: onEnd)
            }
        }
    }

    /// Call it when the user answers or declines here, and when the call ends for any other reason.
    @objc public func stop(_ uuid: UUID) {
        watches[uuid] = nil
    }

    private func ask(_ uuid: UUID, watch: Int, onEnd: @escaping (CallOutcome) -> Void) {
        guard watches[uuid] == watch, let token = credential() else { return }
        var request = URLRequest(url: callsURL.appendingPathComponent(uuid.uuidString.lowercased()))
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.cachePolicy = .reloadIgnoringLocalCacheData
        session.dataTask(with: request) { [weak self] data, response, _ in
            guard let outcome = CallStateClient.outcome(data, response) else { return }
            DispatchQueue.main.async {
                guard let self, self.watches[uuid] == watch else { return }
                self.stop(uuid)
                onEnd(outcome)
            }
        }.resume()
    }

    private static func outcome(_ data: Data?, _ response: URLResponse?) -> CallOutcome? {
        guard (response as? HTTPURLResponse)?.statusCode == 200, let data,
              let answer = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return nil }
        let reason = answer["reason"] as? String
        switch answer["state"] as? String {
        case "answered": return .answeredElsewhere
        case "ended" where reason == "rejected" || reason == "busy": return .declinedElsewhere
        case "ended" where reason == "unanswered" || reason == "expired": return .unanswered
        case "ended": return .remoteEnded
        default: return nil
        }
    }
}
