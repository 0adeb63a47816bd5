import AVFAudio

/// What your app does with a call, which with CometChat means: what it asks of CometChat's SDK.
public protocol CallHandler: AnyObject {
    /// The call rings. Connect CometChat's SDK now: until it has connected, only the server knows that a call has ended.
    func callDidRing(_ call: IncomingCall)
    /// The user has answered. Join the call, then say whether that has worked.
    func answer(_ call: IncomingCall, completion: @escaping (Bool) -> Void)
    /// The user has declined the call while it rang.
    func decline(_ call: IncomingCall)
    /// The user has hung up.
    func hangUp(_ call: IncomingCall)
    func setMuted(_ isMuted: Bool, in call: IncomingCall)
    /// The call has ended without being answered on this phone.
    func callDidEnd(_ call: IncomingCall, outcome: CallOutcome)
    /// Media may begin only now: CallKit owns the audio session.
    func audioSessionDidActivate(_ session: AVAudioSession)
    func audioSessionDidDeactivate(_ session: AVAudioSession)
}
