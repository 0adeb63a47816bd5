import Foundation

/// Registers this phone's device token with the server, and takes it back. Use it on the main thread.
public final class DeviceRegistration {
    private static let secondsBetweenAttempts: [TimeInterval] = [1, 5, 30, 120, 600]
    private static let tokenKey = "voip-push.device-token"

    private let tokensURL: URL
    private let credential: () -> String?
    private let environment: String
    private let bundleID: String?
    /// Of a registration; a newer one or a sign-out makes the attempts of an older one stop.
    private var generation = 0

    /// `tokensURL` is the stack's output `TokensUrl`. `environment` is "sandbox" for apps that Xcode has installed, else
    /// "production"; a wrong one corrects itself with the first call. `bundleID` must be one of the stack's `BundleId`.
    public init(
        tokensURL: URL, environment: String, bundleID: String? = Bundle.main.bundleIdentifier,
        credential: @escaping () -> String?
    ) {
        self.tokensURL = tokensURL
        self.environment = environment
        self.bundleID = bundleID
        self.credential = credential
    }

    /// Call it with each token that PushKit hands out.
    public func tokenDidChange(to token: Data) {
        let hex = token.map { String(format: "%02x", $0) }.joined()
        UserDefaults.standard.set(hex, forKey: DeviceRegistration.tokenKey)
        register()
    }

    /// Call it at every launch, after signing in, and when another user signs in.
    public func register() {
        guard let token = lastToken else { return }
        generation += 1
        attempt(token, number: 0, generation: generation)
    }

    /// Call it before the credential is thrown away. `completion` says that it may be now.
    public func signOut(completion: @escaping () -> Void) {
        generation += 1
        guard let token = lastToken, let request = makeRequest("DELETE", tokensURL.appendingPathComponent(token)) else {
            completion()
            return
        }
        send(request) { _ in completion() }
    }

    /// Call it when PushKit says that the token is no longer valid. PushKit itself has forgotten it by then.
    public func tokenDidBecomeInvalid() {
        signOut {}
        UserDefaults.standard.removeObject(forKey: DeviceRegistration.tokenKey)
    }

    private var lastToken: String? {
        UserDefaults.standard.string(forKey: DeviceRegistration.tokenKey)
    }

    private func attempt(_ token: String, number: Int, generation: Int) {
        guard generation == self.generation, var request = makeRequest("PUT", tokensURL) else { return }
        var body = ["token": token, "environment": environment]
        body["bundle_id"] = bundleID
        request.httpBody = try? JSONEncoder().encode(body)
        send(request) { [weak self] response in
            guard let self, let delay = DeviceRegistration.delay(after: response, number: number) else { return }
            DispatchQueue.main.asyncAfter(deadline: .now() + delay) { [weak self] in
                self?.attempt(token, number: number + 1, generation: generation)
            }
        }
    }

    /// nil when trying again is of no use: it is registered, refused for good, or tried often enough for this launch.
    private static func delay(after response: HTTPURLResponse?, number: Int) -> TimeInterval? {
        guard number < secondsBetweenAttempts.count else { return nil }
        guard let response else { return secondsBetweenAttempts[number] }
        if let seconds = response.value(forHTTPHeaderField: "Retry-After").flatMap(TimeInterval.init) { return seconds }
        return response.statusCode == 429 || response.statusCode >= 500 ? secondsBetweenAttempts[number] : nil
    }

    private func makeRequest(_ method: String, _ url: URL) -> URLRequest? {
        guard let bearer = credential() else { return nil }
        var request = URLRequest(url: url, timeoutInterval: 15)
        request.httpMethod = method
        request.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        return request
    }

    private func send(_ request: URLRequest, completion: @escaping (HTTPURLResponse?) -> Void) {
        URLSession.shared.dataTask(with: request) { _, response, _ in
            DispatchQueue.main.async { completion(response as? HTTPURLResponse) }
        }.resume()
    }
}
