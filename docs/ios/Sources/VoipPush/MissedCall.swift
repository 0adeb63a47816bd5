import UserNotifications

/// Tells the user of a call that nobody answered. VoIP pushes can't: each of them has to ring.
///
/// Works only while the app runs, which it does as long as a call rings. Needs the user's permission for notifications.
public enum MissedCall {
    public static func notify(_ call: IncomingCall) {
        let content = UNMutableNotificationContent()
        content.title = call.callerName
        content.body = call.isVideo ? "Missed video call" : "Missed call"
        content.sound = .default
        content.threadIdentifier = call.callerUID
        let request = UNNotificationRequest(identifier: call.uuid.uuidString, content: content, trigger: nil)
        UNUserNotificationCenter.current().add(request)
    }
}
