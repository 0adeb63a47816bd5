import PushKit

/// Receives VoIP pushes. Make one in `application(_:didFinishLaunchingWithOptions:)` and keep it, whether or not anybody
/// is signed in: a push that starts the app waits for nothing, and without a registry the app is ended unseen.
public final class VoipPushes: NSObject, PKPushRegistryDelegate {
    private let registry = PKPushRegistry(queue: .main)
    private let screen: CallScreen
    private let registration: DeviceRegistration

    public init(screen: CallScreen, registration: DeviceRegistration) {
        self.screen = screen
        self.registration = registration
        super.init()
        registry.delegate = self
        registry.desiredPushTypes = [.voIP]
    }

    public func pushRegistry(
        _ registry: PKPushRegistry, didUpdate pushCredentials: PKPushCredentials, for type: PKPushType
    ) {
        guard type == .voIP else { return }
        registration.tokenDidChange(to: pushCredentials.token)
    }

    public func pushRegistry(_ registry: PKPushRegistry, didInvalidatePushTokenFor type: PKPushType) {
        guard type == .voIP else { return }
        registration.tokenDidBecomeInvalid()
    }

    /// Up to iOS 26.3.
    public func pushRegistry(
        _ registry: PKPushRegistry, didReceiveIncomingPushWith payload: PKPushPayload, for type: PKPushType,
        completion: @escaping () -> Void
    ) {
        guard type == .voIP else {
            completion()
            return
        }
        screen.report(IncomingCall(payload: payload.dictionaryPayload), completion: completion)
    }

    /// From iOS 26.4. A push that need not be reported is reported all the same, unless this very call is known.
    @available(iOS 26.4, *)
    public func pushRegistry(
        _ registry: PKPushRegistry, didReceiveIncomingVoIPPushWith payload: PKPushPayload,
        metadata: PKVoIPPushMetadata, withCompletionHandler completion: @escaping () -> Void
    ) {
        let call = IncomingCall(payload: payload.dictionaryPayload)
        if !metadata.mustReport && screen.knows(call) {
            completion()
            return
        }
        screen.report(call, completion: completion)
    }
}
