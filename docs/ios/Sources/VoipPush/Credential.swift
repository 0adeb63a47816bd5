import Foundation
import Security

/// Keeps the token with which the app signs in to this server: the JWT, or CometChat's auth token.
///
/// A push can start the app while the phone is locked. So the token must be readable after the first unlock; by default
/// the keychain gives nothing out while the phone is locked. Write it again whenever your app refreshes it.
public enum Credential {
    private static let item: [CFString: Any] = [
        kSecClass: kSecClassGenericPassword,
        kSecAttrService: "voip-push",
        kSecAttrAccount: "credential",
    ]

    public static func write(_ token: String) {
        delete()
        var attributes = item
        attributes[kSecValueData] = Data(token.utf8)
        attributes[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        SecItemAdd(attributes as CFDictionary, nil)
    }

    /// nil before the first unlock after a restart, and where nobody is signed in.
    public static func read() -> String? {
        var query = item
        query[kSecReturnData] = true
        var found: CFTypeRef?
        guard SecItemCopyMatching(query as CFDictionary, &found) == errSecSuccess, let data = found as? Data else {
            return nil
        }
        return String(decoding: data, as: UTF8.self)
    }

    public static func delete() {
        SecItemDelete(item as CFDictionary)
    }
}
