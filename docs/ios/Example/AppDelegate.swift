import AVFAudio
import CallKit
import CometChatSDK
import UIKit
import UserNotifications
import VoipPush

@main
final class AppDelegate: UIResponder, UIApplicationDelegate {
    // The outputs CallsUrl and TokensUrl of your stack.
    private let callsURL = URL(string: "https://api-id.execute-api.eu-central-1.amazonaws.com/calls")!
    private let tokensURL = URL(string: "https://api-id.execute-api.eu-central-1.amazonaws.com/voip-tokens")!
    private let cometChat = CometChatCalls()

    private var registration: DeviceRegistration!
    private var screen: CallScreen!
    private var pushes: VoipPushes!

    func application(
        _ application: UIApplication, didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        // First of all, and behind no sign-in: a push may have started the app.
        let configuration = CXProviderConfiguration()
        configuration.supportsVideo = true
        configuration.maximumCallGroups = 1
        configuration.maximumCallsPerCallGroup = 1
        configuration.supportedHandleTypes = [.generic]
        let states = CallStateClient(callsURL: callsURL, credential: Credential.read)
        screen = CallScreen(configuration: configuration, states: states)
        screen.handler = cometChat
        cometChat.screen = screen
        #if DEBUG
        let environment = "sandbox"
        #else
        let environment = "production"
        #endif
        registration = DeviceRegistration(
            tokensURL: tokensURL, environment: environment, credential: Credential.read
        )
        pushes = VoipPushes(screen: screen, registration: registration)
        registration.register()
        UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound]) { _, _ in }
        return true
    }

    /// `token` is the user's JWT or CometChat auth token, whichever the stack accepts. Also when it was refreshed.
    func didSignIn(token: String) {
        Credential.write(token)
        registration.register()
    }

    func signOut() {
        registration.signOut {
            Credential.delete()
            CometChat.logout(onSuccess: { _ in }, onError: { _ in })
        }
    }
}

/// Hands calls over to CometChat's SDK.
final class CometChatCalls: NSObject, CallHandler, CometChatCallDelegate {
    weak var screen: CallScreen?
    private var uuids: [String: UUID] = [:]

    func callDidRing(_ call: IncomingCall) {
        // The SDK, which your app initialises at launch, needs seconds to connect in an app that a push has started.
        uuids[call.sessionID] = call.uuid
        CometChat.addCallListener("voip-push", self)
    }

    func answer(_ call: IncomingCall, completion: @escaping (Bool) -> Void) {
        CometChat.acceptCall(
            sessionID: call.sessionID,
            onSuccess: { _ in completion(true) },
            onError: { _ in completion(false) }
        )
    }

    func decline(_ call: IncomingCall) {
        CometChat.rejectCall(sessionID: call.sessionID, status: .rejected, onSuccess: { _ in }, onError: { _ in })
    }

    func hangUp(_ call: IncomingCall) {
        CometChat.endCall(sessionID: call.sessionID, onSuccess: { _ in }, onError: { _ in })
    }

    func setMuted(_ isMuted: Bool, in call: IncomingCall) {
        // Of the session that you have started with CometChat's Calls SDK.
    }

    func callDidEnd(_ call: IncomingCall, outcome: CallOutcome) {
        uuids[call.sessionID] = nil
        if outcome == .unanswered || outcome == .remoteEnded { MissedCall.notify(call) }
    }

    func audioSessionDidActivate(_ session: AVAudioSession) {
        // Start the session of the Calls SDK here, if you start it yourself.
    }

    func audioSessionDidDeactivate(_ session: AVAudioSession) {}

    // MARK: CometChatCallDelegate

    func onIncomingCallReceived(incomingCall: Call?, error: CometChatException?) {}

    func onOutgoingCallAccepted(acceptedCall: Call?, error: CometChatException?) {}

    func onOutgoingCallRejected(rejectedCall: Call?, error: CometChatException?) {}

    func onIncomingCallCancelled(canceledCall: Call?, error: CometChatException?) {
        guard let sessionID = canceledCall?.sessionID, let uuid = uuids[sessionID] else { return }
        screen?.end(uuid, outcome: .remoteEnded)
    }
}
