import AVFAudio
import CallKit

/// Shows calls with CallKit, and hands what the user does over to a `CallHandler`. Everything happens on the main thread.
public final class CallScreen: NSObject, CXProviderDelegate {
    public weak var handler: CallHandler?

    private let provider: CXProvider
    private let states: CallStateClient
    private var ringing: [UUID: IncomingCall] = [:]
    private var answered: [UUID: IncomingCall] = [:]
    /// When a call ended here. A late second push of a call that was declined would make it ring again.
    private var endedAt: [UUID: Date] = [:]

    public init(configuration: CXProviderConfiguration, states: CallStateClient) {
        provider = CXProvider(configuration: configuration)
        self.states = states
        super.init()
        provider.setDelegate(self, queue: .main)
    }

    public func knows(_ call: IncomingCall) -> Bool {
        ringing[call.uuid] != nil || answered[call.uuid] != nil
    }

    /// Reports the call before anything else is done. iOS ends an app whose VoIP push leads to no report.
    public func report(_ call: IncomingCall, completion: @escaping () -> Void) {
        let update = CXCallUpdate()
        update.remoteHandle = CXHandle(type: .generic, value: call.callerUID)
        update.localizedCallerName = call.callerName
        update.hasVideo = call.isVideo
        update.supportsHolding = false
        update.supportsGrouping = false
        update.supportsUngrouping = false
        provider.reportNewIncomingCall(with: call.uuid, update: update) { [weak self] error in
            DispatchQueue.main.async {
                // With an error there is no new call: it is already on the screen (callUUIDAlreadyExists), or the user
                // wants no calls now. Ending it here would end a call that is alive.
                if error == nil { self?.didReport(call) }
                completion()
            }
        }
    }

    /// Call it when CometChat's SDK says that the call has ended or was answered on another phone.
    public func end(_ uuid: UUID, outcome: CallOutcome) {
        guard let call = ringing[uuid] ?? answered[uuid] else { return }
        let rang = ringing[uuid] != nil
        forget(uuid)
        provider.reportCall(with: uuid, endedAt: nil, reason: CallScreen.reason(outcome))
        if rang { handler?.callDidEnd(call, outcome: outcome) }
    }

    private func didReport(_ call: IncomingCall) {
        if let ended = endedAt[call.uuid], Date().timeIntervalSince(ended) < 60 {
            provider.reportCall(with: call.uuid, endedAt: nil, reason: .remoteEnded)
            return
        }
        ringing[call.uuid] = call
        states.watch(call.uuid) { [weak self] outcome in self?.end(call.uuid, outcome: outcome) }
        DispatchQueue.main.asyncAfter(deadline: .now() + call.ringTime) { [weak self] in
            guard self?.ringing[call.uuid] != nil else { return }
            self?.end(call.uuid, outcome: .unanswered)
        }
        handler?.callDidRing(call)
    }

    private func forget(_ uuid: UUID) {
        states.stop(uuid)
        ringing[uuid] = nil
        answered[uuid] = nil
        endedAt = endedAt.filter { Date().timeIntervalSince($0.value) < 60 }
        endedAt[uuid] = Date()
    }

    private static func reason(_ outcome: CallOutcome) -> CXCallEndedReason {
        switch outcome {
        case .answeredElsewhere: return .answeredElsewhere
        case .declinedElsewhere: return .declinedElsewhere
        case .remoteEnded: return .remoteEnded
        case .unanswered: return .unanswered
        }
    }

    // MARK: CXProviderDelegate

    public func providerDidReset(_ provider: CXProvider) {
        for call in answered.values { handler?.hangUp(call) }
        for uuid in Array(ringing.keys) + Array(answered.keys) { forget(uuid) }
    }

    public func provider(_ provider: CXProvider, perform action: CXAnswerCallAction) {
        guard let call = ringing.removeValue(forKey: action.callUUID), let handler else {
            action.fail()
            return
        }
        states.stop(call.uuid)
        answered[call.uuid] = call
        // Only prepared here; CallKit activates it.
        try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: call.isVideo ? .videoChat : .voiceChat)
        handler.answer(call) { [weak self] hasJoined in
            if hasJoined {
                action.fulfill()
            } else {
                action.fail()
                self?.forget(call.uuid)
            }
        }
    }

    public func provider(_ provider: CXProvider, perform action: CXEndCallAction) {
        if let call = ringing[action.callUUID] {
            handler?.decline(call)
        } else if let call = answered[action.callUUID] {
            handler?.hangUp(call)
        }
        forget(action.callUUID)
        action.fulfill()
    }

    public func provider(_ provider: CXProvider, perform action: CXSetMutedCallAction) {
        guard let call = answered[action.callUUID] else {
            action.fail()
            return
        }
        handler?.setMuted(action.isMuted, in: call)
        action.fulfill()
    }

    public func provider(_ provider: CXProvider, didActivate audioSession: AVAudioSession) {
        handler?.audioSessionDidActivate(audioSession)
    }

    public func provider(_ provider: CXProvider, didDeactivate audioSession: AVAudioSession) {
        handler?.audioSessionDidDeactivate(audioSession)
    }
}
