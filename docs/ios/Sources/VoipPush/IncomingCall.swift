import Foundation

/// A VoIP push of this server. Nothing in it is needed to report a call: whatever is missing has a default.
public struct IncomingCall: Equatable {
    public let uuid: UUID
    public let sessionID: String
    public let callerUID: String
    public let callerName: String
    public let isVideo: Bool
    /// For how long the call rings, from its beginning.
    public let ringTime: TimeInterval

    public init(payload: [AnyHashable: Any]) {
        // Our uuid is the same for every push of a call, so that CallKit recognises a second one.
        uuid = (payload["uuid"] as? String).flatMap(UUID.init(uuidString:)) ?? UUID()
        sessionID = payload["sessionId"] as? String ?? ""
        callerUID = payload["callerUid"] as? String ?? "unknown"
        callerName = payload["callerName"] as? String ?? "Unknown"
        isVideo = payload["callType"] as? String == "video"
        ringTime = IncomingCall.ringTime(from: payload["timestamp"] as? Double, to: payload["expiresAt"] as? Double)
    }

    /// Both in milliseconds and of the server's clock: the phone's own may be minutes off.
    private static func ringTime(from began: Double?, to expires: Double?) -> TimeInterval {
        guard let began, let expires, expires > began else { return 45 }
        return min((expires - began) / 1000, 120)
    }
}
